import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { bundle } from '../../../tools/bundle.ts';

const ROOT = resolve(import.meta.dirname, '..', '..', '..');

/** Bundles the program that `npm start` runs; the path of the file. */
export const bundleDemo = async (): Promise<string> => {
  const file = join(mkdtempSync(join(tmpdir(), 'demo-')), 'fleetmend.mjs');
  await bundle({ root: ROOT, entry: 'apps/cli/src/main.ts', file: relative(ROOT, file) });
  return file;
};

export interface Demo {
  /** Resolves with the exit status, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** What it wrote to stdout so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Sends a signal to it and to everything that it started. */
  signal(name: NodeJS.Signals): void;
}

/** Starts `fleetmend up` with a state folder, in a process group of its own. */
export const startDemo = (file: string, stateDir: string, args: readonly string[]): Demo => {
  const child: ChildProcess = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, 'up', '--state-dir', stateDir, ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', FLEETMEND_ROOT: ROOT },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const seen = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (seen.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (seen.stderr += chunk.toString()));
  return {
    ended: new Promise((done) => child.on('close', (code, signal) => done(signal ?? code ?? 1))),
    stdout: () => seen.stdout,
    stderr: () => seen.stderr,
    signal(name) {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, name);
      } catch (error) {
        // It has ended by itself meanwhile.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    },
  };
};
