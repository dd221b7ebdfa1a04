import { join } from 'node:path';
import { EXIT } from './exit-codes.ts';
import { runCli } from './program.ts';

const ending = new AbortController();
let received: NodeJS.Signals | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // A second one means that the first was not fast enough for whoever sent it.
    if (received) process.exit(signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated);
    received = signal;
    ending.abort(new Error(`stopped by ${signal}`));
  });
}

const root = process.env['FLEETMEND_ROOT'] ?? join(import.meta.dirname, '..');
const status = await runCli({ args: process.argv.slice(2), env: process.env, stdout: process.stdout, stderr: process.stderr, stdin: process.stdin, signal: ending.signal, root });
process.exit(status === EXIT.interrupted && received === 'SIGTERM' ? EXIT.terminated : status);
