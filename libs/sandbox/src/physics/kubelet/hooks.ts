import type { Instant } from '@fleetmend/kernel';
import type { LifecycleHandler } from '../shapes/pod.ts';
import { isExec, startExec, stepExec } from './exec.ts';
import type { ExecOutcome } from './exec.ts';
import type { PodPlace } from './place.ts';
import { listenerOn, portNumber } from './probes.ts';
import { spread } from './timing.ts';
import { fullName } from './worker.ts';
import type { ContainerRun } from './worker.ts';

/** Called when a container has started. */
export function startHook(place: PodPlace, run: ContainerRun, now: Instant): void {
  const command = run.spec.lifecycle?.postStart?.exec?.command;
  run.hookDone = run.spec.lifecycle?.postStart === undefined;
  run.hook = command ? startExec(place, run, command, now) : undefined;
}

/** Runs the postStart hook. A hook that fails ends the container. Answers when it has something to do again. */
export function stepHook(place: PodPlace, run: ContainerRun, now: Instant): Instant | undefined {
  const handler = run.spec.lifecycle?.postStart;
  if (run.hookDone || handler === undefined || run.stopAt !== undefined) return undefined;
  const outcome = outcomeOf(place, run, handler, now);
  if (outcome.is === 'running') return outcome.again;
  run.hookDone = true;
  const failure = failureOf(place, run, handler, outcome);
  if (failure === undefined) return undefined;
  place.note(run, 'Warning', 'FailedPostStartHook', 'PostStartHook failed');
  place.note(run, 'Normal', 'Killing', 'FailedPostStartHook');
  run.hookFailure = failure;
  run.stopAt = now + spread(place.context, place.context.profile.containerStop);
  return undefined;
}

function outcomeOf(place: PodPlace, run: ContainerRun, { httpGet }: LifecycleHandler, now: Instant): ExecOutcome {
  if (httpGet) {
    const port = portNumber(run.spec.ports ?? [], httpGet.port);
    // Whatever the server answers is good; nothing that listens is not.
    return port !== undefined && listenerOn(place, port) ? { is: 'ended', code: 0, output: '' } : { is: 'refused', problem: `Get "http://${place.run.ip ?? ''}:${port ?? httpGet.port}${httpGet.path ?? ''}": dial tcp ${place.run.ip ?? ''}:${port ?? httpGet.port}: connect: connection refused` };
  }
  if (run.hook === undefined) return { is: 'ended', code: 0, output: '' };
  return isExec(run.hook) ? stepExec(place, run, run.hook, now) : run.hook;
}

function failureOf({ pod }: PodPlace, { spec }: ContainerRun, { exec, httpGet }: LifecycleHandler, outcome: Exclude<ExecOutcome, { readonly is: 'running' }>): string | undefined {
  if (outcome.is === 'ended' && outcome.code === 0) return undefined;
  const where = `for Container "${spec.name}" in Pod "${fullName(pod)}" failed - error: `;
  if (httpGet) return `HTTP lifecycle hook (${httpGet.path ?? ''}) ${where}${outcome.is === 'refused' ? outcome.problem : ''}`;
  const command = exec?.command ?? [];
  const error = outcome.is === 'refused' ? outcome.problem : `command '${command.join(' ')}' exited with ${outcome.code}: `;
  return `Exec lifecycle hook ([${command.join(' ')}]) ${where}${error}, message: ${JSON.stringify(outcome.is === 'ended' ? outcome.output : '')}`;
}

/** A preStop hook that cannot run is noted, and the container is stopped all the same. */
export function notePreStop(place: PodPlace, run: ContainerRun, now: Instant): void {
  const command = run.spec.lifecycle?.preStop?.exec?.command;
  if (!command) return;
  const started = startExec(place, run, command, now);
  const outcome = isExec(started) ? stepExec(place, run, started, now) : started;
  if (outcome.is === 'refused' || (outcome.is === 'ended' && outcome.code !== 0)) place.note(run, 'Warning', 'FailedPreStopHook', 'PreStopHook failed');
}
