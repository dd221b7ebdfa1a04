// Runs inside the lab's namespaces: boots the servers, then runs the specs. Started by `commands/session.ts` only.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { factsFile, startLab } from '../boot/start-lab.ts';
import type { InsidePlan } from './plan.ts';

const runSpecs = (plan: InsidePlan): Promise<number> =>
  new Promise((done, failed) => {
    const args = [
      join(plan.root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--root', plan.root, '--config', join(plan.root, 'test', 'lab', 'vitest.config.ts'),
      '--reporter=default', '--reporter=json', `--outputFile.json=${plan.reportFile}`, ...plan.specs,
    ];
    // Whatever the specs put into a temporary folder goes with the lab.
    const temporary = join(plan.run, 'tmp');
    mkdirSync(temporary, { recursive: true });
    const vitest = spawn(process.execPath, args, {
      cwd: plan.root,
      env: { ...process.env, FLEETMEND_LAB_FACTS: factsFile(plan.run), TMPDIR: temporary, FLEETMEND_LAB_RECORD: plan.record ? '1' : '0' },
      stdio: ['ignore', plan.json ? 2 : 'inherit', 'inherit'],
    });
    vitest.on('error', failed);
    vitest.on('exit', (code) => done(code ?? 1));
  });

const main = async (): Promise<number> => {
  const [planFile] = process.argv.slice(2);
  if (!planFile) throw new Error('inside/main.ts takes the file of a plan; run `npm run lab` instead');
  const plan = JSON.parse(readFileSync(planFile, 'utf8')) as InsidePlan;
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  const lab = await startLab({
    servers: plan.servers,
    context: { run: plan.run, logs: plan.logs, bin: plan.programs, path: plan.path, cgroup: plan.cgroup, images: plan.images, report },
  });
  writeFileSync(plan.processesFile, JSON.stringify(lab.servers.map(({ name, pid }) => ({ name, pid }))));
  return plan.specs.length > 0 ? runSpecs(plan) : 0;
};

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`lab: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
// Handles of servers that go on running must not keep this process.
process.exit();
