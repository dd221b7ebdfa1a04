import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { BootContext } from './lab.ts';

/** A server that was started: it has its own session and a log file. */
export interface ServerProcess {
  readonly name: string;
  readonly pid: number;
  readonly log: string;
  /** How it ended, or undefined while it runs. */
  ended(): string | undefined;
}

export interface Launch {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd?: string;
  /** Added to PATH and HOME: a server inherits nothing of the caller's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a server detached from us: it stays when the process that started it ends. */
export const launch = (context: Pick<BootContext, 'logs' | 'path' | 'run' | 'started'>, what: Launch): ServerProcess => {
  const log = join(context.logs, `${what.name}.log`);
  const output = openSync(log, 'a');
  const [file, ...args] = what.command;
  const child = spawn(file, args, {
    cwd: what.cwd,
    env: { PATH: context.path, HOME: context.run, ...what.env },
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const state: { ended?: string } = {};
  child.on('error', (error) => (state.ended = `cannot run ${file}: ${error.message}`));
  child.on('exit', (code, signal) => (state.ended ??= signal ? `killed by ${signal}` : `exit status ${code}`));
  child.unref();
  const server: ServerProcess = { name: what.name, pid: child.pid ?? 0, log, ended: () => state.ended };
  context.started(server);
  return server;
};

/** The end of a log, for an error message. */
export const lastLines = (file: string, count = 12): string => {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).map((line) => line.slice(0, 400)).join('\n');
  } catch {
    return '(no log)';
  }
};

export interface Readiness {
  /** What is waited for, as it should read in an error: "answers /readyz". */
  readonly what: string;
  readonly seconds: number;
  /** True when it is so. A refused connection counts as "not yet". */
  readonly probe: () => Promise<boolean>;
}

/** Waits until a server is ready; ends at once, with the end of its log, when the server dies. */
export const untilReady = async (server: ServerProcess, readiness: Readiness): Promise<void> => {
  const deadline = performance.now() + readiness.seconds * 1000;
  for (;;) {
    const ended = server.ended();
    if (ended) throw new Error(`${server.name} ended before it ${readiness.what} (${ended}); its log ${server.log} ends:\n${lastLines(server.log)}`);
    if (await readiness.probe().catch(() => false)) return;
    if (performance.now() > deadline) {
      throw new Error(`${server.name} runs but never ${readiness.what} within ${readiness.seconds} s; its log ${server.log} ends:\n${lastLines(server.log)}`);
    }
    await pause(50);
  }
};

/** Polls a condition that belongs to no single process. The last value or error is part of the message. */
export const until = async (what: string, seconds: number, probe: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + seconds * 1000;
  let last = 'it was not so';
  for (;;) {
    try {
      if (await probe()) return;
    } catch (error) {
      last = (error as Error).message;
    }
    if (performance.now() > deadline) throw new Error(`waited ${seconds} s until ${what}: ${last}`);
    await pause(100);
  }
};
