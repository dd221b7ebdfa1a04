import type { Duration, Instant } from '@fleetmend/kernel';
import { advance, startProcess } from '../../images/process.ts';
import type { Process, ProcessHost } from '../../images/process.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { hexId } from '../runtime/names.ts';
import type { PodPlace } from './place.ts';
import type { ContainerRun } from './worker.ts';

/** A command that runs inside a container, beside its program: of a probe or a hook. */
export interface Exec {
  readonly process: Process;
  readonly output: string[];
}

export type ExecOutcome =
  | { readonly is: 'running'; readonly again: Instant | undefined }
  | { readonly is: 'ended'; readonly code: number; readonly output: string }
  /** The runtime could not start it. */
  | { readonly is: 'refused'; readonly problem: string };

/** Starts a command in a container. Only images whose executables are unknown run whatever is asked for: it succeeds there at once. */
export function startExec({ context }: PodPlace, run: ContainerRun, command: readonly string[], now: Instant): Exec | ExecOutcome {
  const [executable = '', ...args] = command;
  const { image } = run;
  if (!image?.executables) return { is: 'ended', code: 0, output: '' };
  if (!image.executables.includes(executable)) return { is: 'refused', problem: execProblem(context, executable) };
  return { process: startProcess(image.program(args, []), now), output: [] };
}

/** Moves it on; what it writes is its own output and no log of the container. */
export function stepExec(place: PodPlace, run: ContainerRun, { process, output }: Exec, now: Instant): ExecOutcome {
  const host: ProcessHost = { ...place.hostOf(run), log: (_at, text) => output.push(text), isPortTaken: (port) => run.process?.listeners.has(port) === true || place.hostOf(run).isPortTaken(port) };
  const again = advance(process, now, host);
  return process.exit ? { is: 'ended', code: process.exit.code, output: output.map((line) => `${line}\n`).join('') } : { is: 'running', again };
}

export function isExec(started: Exec | ExecOutcome): started is Exec {
  return 'process' in started;
}

/** A command that is over before its time: what a probe sees of it. */
export function execWithin(place: PodPlace, run: ContainerRun, command: readonly string[], { now, time }: { readonly now: Instant; readonly time: Duration }): ExecOutcome {
  const started = startExec(place, run, command, now);
  if (!isExec(started)) return started;
  const first = stepExec(place, run, started, now);
  // What it waits for does not come while it is asked: the world stands still for the moment of a probe.
  return first.is === 'running' && first.again !== undefined && first.again <= now + time ? stepExec(place, run, started, now + time) : first;
}

function execProblem({ random }: PhysicsContext, executable: string): string {
  const detail = executable.startsWith('/') ? `stat ${executable}: no such file or directory` : 'executable file not found in $PATH';
  return `rpc error: code = Unknown desc = failed to exec in container: failed to start exec "${hexId(random)}": OCI runtime exec failed: exec failed: unable to start container process: exec: "${executable}": ${detail}: unknown`;
}
