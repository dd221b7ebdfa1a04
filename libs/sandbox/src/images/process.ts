import type { Instant } from '@fleetmend/kernel';
import type { Program, Step } from './program.ts';

/** What a simulated process can ask of the place it runs in. */
export interface ProcessHost {
  /** `undefined`: without a limit. */
  readonly memoryLimit: bigint | undefined;
  /** What is wrong with a required variable (`value` undefined: it only has to be set), or `undefined`. */
  refusesEnv(name: string, value: string | undefined): string | undefined;
  hasFile(path: string): boolean;
  /** Creates a file, or says why it cannot. */
  write(path: string): string | undefined;
  resolves(host: string): boolean;
  connects(host: string, port: number): boolean;
  /** Whether another process of the pod listens there. */
  isPortTaken(port: number): boolean;
  log(at: Instant, text: string): void;
}

export interface Listener {
  readonly health: string | undefined;
  readonly anyPath: boolean;
  readonly readyAt: Instant;
}

export interface Exit {
  readonly at: Instant;
  readonly code: number;
  readonly oom: boolean;
}

/** A running program: where it is in its steps, and what it holds. Changed only by {@link advance}. */
export interface Process {
  readonly program: Program;
  readonly startedAt: Instant;
  readonly listeners: Map<number, Listener>;
  memory: bigint;
  next: number;
  /** When the present step began. */
  since: Instant;
  exit?: Exit;
}

/** What a small static program needs for itself. */
const BASE_MEMORY = 3n * 1024n * 1024n;
/** Touching memory takes time: about 400 MiB a second, so that a container is seen running before it is killed. */
const BYTES_PER_MS = 400_000n;
/** How often a check that may still come true is repeated. */
const POLL = 500;

export function startProcess(program: Program, at: Instant): Process {
  return { program, startedAt: at, listeners: new Map(), memory: BASE_MEMORY, next: 0, since: at };
}

/** Runs all that is due by `now`. Answers when the process has something to do again; `undefined`: never, unless it is asked. */
export function advance(process: Process, now: Instant, host: ProcessHost): Instant | undefined {
  while (!process.exit) {
    const step = process.program.steps[process.next];
    if (!step) return undefined;
    const outcome = runStep(process, step, now, host);
    if (outcome === 'done') {
      process.next += 1;
    } else if ('exit' in outcome) {
      process.exit = outcome.exit;
    } else {
      return outcome.again;
    }
  }
  return undefined;
}

type Outcome = 'done' | { readonly exit: Exit } | { readonly again: Instant };

function runStep(process: Process, step: Step, now: Instant, host: ProcessHost): Outcome {
  const at = process.since;
  switch (step.do) {
    case 'log':
      host.log(at, step.text);
      return 'done';
    case 'requireEnv':
      return passUnless(host.refusesEnv(step.name, step.value), at, host);
    case 'requireFile':
      return passUnless(host.hasFile(step.path) ? undefined : `required file ${step.path}: no such file or directory`, at, host);
    case 'write':
      return passUnless(host.write(step.path), at, host);
    case 'requireDns':
      return poll(process, now, step.patience, host.resolves(step.host), () => fail(at + step.patience, host, `labapp: lookup ${step.host}: no such host`));
    case 'requireConnect':
      return poll(process, now, step.patience, host.connects(step.host, step.port), () =>
        fail(at + step.patience, host, `labapp: dial tcp ${step.host}:${step.port}: ${host.resolves(step.host) ? 'connect: connection refused' : `lookup ${step.host}: no such host`}`),
      );
    case 'holdMemory':
      return holdMemory(process, step, now, host);
    case 'listen':
      if (host.isPortTaken(step.port) || process.listeners.has(step.port)) return fail(at, host, `labapp: listen tcp :${step.port}: bind: address already in use`);
      process.listeners.set(step.port, { health: step.health, anyPath: step.anyPath ?? false, readyAt: process.startedAt + step.readyAfter });
      host.log(at, `listening on :${step.port}`);
      return 'done';
    case 'wait':
      if (at + step.for > now) return { again: at + step.for };
      process.since = at + step.for;
      return 'done';
    case 'exit':
      return { exit: { at, code: step.code, oom: false } };
  }
}

function passUnless(problem: string | undefined, at: Instant, host: ProcessHost): Outcome {
  return problem === undefined ? 'done' : fail(at, host, `labapp: ${problem}`);
}

function poll(process: Process, now: Instant, patience: number, holds: boolean, failed: () => Outcome): Outcome {
  if (holds) {
    process.since = Math.max(process.since, Math.min(now, process.since + patience));
    return 'done';
  }
  const end = process.since + patience;
  return now >= end ? failed() : { again: Math.min(end, now + POLL) };
}

function holdMemory(process: Process, step: Extract<Step, { do: 'holdMemory' }>, now: Instant, host: ProcessHost): Outcome {
  const full = process.memory + step.bytes;
  const killed = host.memoryLimit !== undefined && full > host.memoryLimit;
  const touched = killed ? (host.memoryLimit ?? 0n) - process.memory : step.bytes;
  const done = process.since + Number((touched > 0n ? touched : 0n) / BYTES_PER_MS) + 100;
  if (done > now) return { again: done };
  if (killed) return { exit: { at: done, code: 137, oom: true } };
  process.memory = full;
  process.since = done;
  host.log(done, `holding ${step.text}`);
  return 'done';
}

function fail(at: Instant, host: ProcessHost, text: string): Outcome {
  host.log(at, text);
  return { exit: { at, code: 1, oom: false } };
}
