import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { EXIT } from '../exit-codes.ts';
import { runCli } from '../program.ts';

const run = async (...args: string[]) => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const status = await runCli({ args, env: {}, stdout: stdout as unknown as NodeJS.WriteStream, stderr: stderr as unknown as NodeJS.WriteStream, stdin: new PassThrough() as unknown as NodeJS.ReadStream, signal: new AbortController().signal, root: '.' });
  return { status, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
};
/** What bash offers for the last word of a line. */
const offered = (script: string, ...line: string[]) =>
  execFileSync('bash', ['--norc', '-c', `${script}\nCOMP_WORDS=("$@") COMP_CWORD=$(($# - 1))\n_fleetmend\nprintf '%s\\n' "\${COMPREPLY[@]}"`, 'bash', 'fleetmend', ...line], { encoding: 'utf8' }).trim().split('\n');

it('completes in a real bash: commands, commands below them, and options', async () => {
  const { status, out } = await run('completion', 'bash');
  expect(status).toBe(EXIT.ok);
  expect(offered(out, 'ex')).toEqual(['explain']);
  expect(offered(out, 'policy', 'rollout', '')).toEqual(expect.arrayContaining(['status', 'promote', 'halt', '--help']));
  expect(offered(out, 'pr', 'close', '--com')).toEqual(['--comment']);
  // A name of another request or file in between changes nothing.
  expect(offered(out, 'approve', 'rr-1', '--pr')).toEqual(['--print']);
});

it.each(['zsh', 'fish'] as const)('is read by %s, where it is installed, and names every command', async (shell) => {
  const { out } = await run('completion', shell);
  for (const name of ['up', 'scan', 'retry', 'sandbox', 'doctor', 'completion', 'promote']) expect(out).toMatch(new RegExp(`\\b${name}\\b`));
  const dir = mkdtempSync(join(tmpdir(), 'fleetmend-completion-'));
  try {
    const file = join(dir, 'script');
    writeFileSync(file, out);
    const read = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    if (read.error) process.stdout.write(`completion of ${shell}: its syntax was not checked, for ${shell} is not installed here\n`);
    else expect([read.status, read.stderr]).toEqual([0, '']);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

it('knows three shells', async () => {
  expect(await run('completion', 'tcsh')).toMatchObject({ status: EXIT.usage, err: expect.stringContaining('bash, zsh, fish') });
});
