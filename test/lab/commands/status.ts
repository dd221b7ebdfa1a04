import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findWorld, insideWorld } from '../boot/world.ts';
import { factsFile } from '../boot/start-lab.ts';
import { runCommand } from '../build/go-toolchain.ts';
import type { CommandContext } from './context.ts';
import { stateFolder } from './session.ts';
import { describeLab, readFacts } from './up.ts';

interface Started {
  readonly name: string;
  /** Its number inside the lab's own process namespace. */
  readonly pid: number;
}

/** `status`: what is up, per server; exit status 1 when nothing is or a server has died. */
export const status = async (context: CommandContext): Promise<number> => {
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const world = findWorld(context.cache);
  const file = join(context.cache.run, 'processes.json');
  if (!world || !existsSync(file) || !existsSync(factsFile(stateFolder(context)))) {
    print('No lab is up. Start one with: npm run lab -- up');
    return 1;
  }
  const started = JSON.parse(readFileSync(file, 'utf8')) as readonly Started[];
  const seen = await runCommand(insideWorld(world, '/', ['ps', '-o', 'pid=,rss=', '-e']));
  const memory = new Map(seen.stdout.trim().split('\n').map((line) => line.trim().split(/\s+/)).map(([pid, rss]) => [Number(pid), Number(rss)]));
  for (const { name, pid } of started) {
    const kilobytes = memory.get(pid);
    print(kilobytes === undefined ? `${name.padEnd(32)} dead: see its log` : `${name.padEnd(32)} up, ${Math.round(kilobytes / 1024)} MiB`);
  }
  for (const line of describeLab(readFacts(context), world)) print(line);
  return started.every(({ pid }) => memory.has(pid)) ? 0 : 1;
};
