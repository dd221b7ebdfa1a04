import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleDemo, startDemo } from './demo.ts';

const POINTS = 20;
const ARGS = ['--once', '--json', '--accelerated'];
const world = { file: '', milliseconds: 0 };

interface Result {
  readonly phase: string;
  readonly requests: number;
  readonly pullRequest?: { readonly state: string; readonly number: number };
  readonly memory?: { readonly before: string; readonly after: string };
  readonly repository: string;
}

const newState = (): string => mkdtempSync(join(tmpdir(), 'state-'));

/** Plays the demo to its end and reads the last line. */
const finish = async (stateDir: string): Promise<Result> => {
  const demo = startDemo(world.file, stateDir, ARGS);
  const status = await demo.ended;
  if (status !== 0) throw new Error(`the demo ended with ${status}:\n${demo.stderr().split('\n').slice(-15).join('\n')}\n${demo.stdout().slice(-500)}`);
  return JSON.parse(demo.stdout().trim().split('\n').at(-1) ?? '') as Result;
};

/** Subjects of the commits on the branch that is applied, oldest first. */
const history = (repository: string): readonly string[] =>
  execFileSync('git', ['-C', repository, 'log', '--reverse', '--format=%s', 'main'], { encoding: 'utf8' }).trim().split('\n');

const reference: { commits: readonly string[] } = { commits: [] };

beforeAll(async () => {
  world.file = await bundleDemo();
  const began = performance.now();
  const whole = await finish(newState());
  world.milliseconds = performance.now() - began;
  reference.commits = history(whole.repository);
}, 180_000);

describe('a fleet that is killed in the middle of its demo', () => {
  it.each(Array.from({ length: POINTS }, (_, index) => ({ point: index + 1 })))('at point $point of 20 ends with one merged pull request when it is started again', async ({ point }) => {
    const stateDir = newState();
    const first = startDemo(world.file, stateDir, ARGS);
    await Promise.race([pause((world.milliseconds * point) / (POINTS + 1)), first.ended]);
    first.signal('SIGKILL');
    await first.ended;
    const result = await finish(stateDir);
    expect(result).toMatchObject({ phase: 'Succeeded', requests: 1, pullRequest: { state: 'merged', number: 1 }, memory: { before: '64Mi', after: '128Mi' } });
    expect(history(result.repository)).toEqual(reference.commits);
  });
});
