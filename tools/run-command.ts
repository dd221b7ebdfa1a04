import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The root of the checkout: every tool is run by `tools/bootstrap.mjs`, which says where it is. */
export const root = process.env['FLEETMEND_ROOT'] ?? join(import.meta.dirname, '..');

/** Runs a program of `node_modules/.bin` (or any other) with our output, and answers its exit status. */
export function runCommand(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
    const forward = (signal: NodeJS.Signals) => child.kill(signal);
    process.once('SIGINT', forward);
    process.once('SIGTERM', forward);
    child.once('error', (error) => reject(new Error(`cannot run ${program}: ${error.message}`)));
    child.once('exit', (code, signal) => {
      process.off('SIGINT', forward);
      process.off('SIGTERM', forward);
      resolve(signal === null ? (code ?? 1) : 1);
    });
  });
}

/** A program that `npm ci` put into `node_modules/.bin`. */
export const bin = (name: string) => join(root, 'node_modules', '.bin', name);
