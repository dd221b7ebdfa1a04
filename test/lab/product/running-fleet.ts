import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { until } from '../boot/server-process.ts';

export const ROOT = resolve(import.meta.dirname, '..', '..', '..');

/** A fleet of the product, as the leader of a process group: itself, and whatever it started. */
export interface RunningFleet {
  /** Resolves with the exit status, or with the name of the signal that ended the leader. */
  readonly ended: Promise<number | string>;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Signals the leader alone, as a service manager does. */
  end(signal: NodeJS.Signals): void;
  /** `kill -9` of the whole group; resolves when none of its processes is left. */
  kill(): Promise<void>;
  /** Some process of the group still lives. */
  lives(): boolean;
}

export interface FleetCommand {
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a command line in the checkout, in a process group of its own. */
export function startFleet({ command: [file, ...args], env = {} }: FleetCommand): RunningFleet {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(file, args, { cwd: ROOT, env: { PATH, HOME, ...env }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const seen = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (seen.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (seen.stderr += chunk.toString()));
  const ended = new Promise<number | string>((done, failed) => {
    child.on('error', failed);
    child.on('close', (code, signal) => done(signal ?? code ?? 1));
  });
  const toGroup = (signal: NodeJS.Signals | 0): boolean => {
    if (child.pid === undefined) return false;
    try {
      return process.kill(-child.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
      throw error;
    }
  };
  const lives = (): boolean => toGroup(0);
  return {
    ended,
    stdout: () => seen.stdout,
    stderr: () => seen.stderr,
    end: (signal) => void child.kill(signal),
    lives,
    async kill() {
      toGroup('SIGKILL');
      await ended;
      await until('the killed process group is gone', 10, async () => !lives());
    },
  };
}
