import { renderTime, seconds } from '@fleetmend/kernel';
import type { Duration, Instant } from '@fleetmend/kernel';
import { advance, startProcess } from '../../images/process.ts';
import type { Exit } from '../../images/process.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { hexId } from '../runtime/names.ts';
import type { Pod, Terminated } from '../shapes/pod.ts';
import { commandOf, mountOverFile, startProblem } from './command.ts';
import { resolveEnvironment } from './environment.ts';
import { startHook, stepHook } from './hooks.ts';
import { ensureImage } from './image-pull.ts';
import { startProbes, stepProbes } from './probes.ts';
import type { PodPlace } from './place.ts';
import { earliest, spread } from './timing.ts';
import { fullName, setWaiting } from './worker.ts';
import type { ContainerRun } from './worker.ts';

/** A container that ran this long starts its back-off anew. */
const BACKOFF_FORGIVEN = seconds(600);

/**
 * Moves one container on, as far as it goes at this moment. Answers when there is something to do again;
 * `undefined`: not until something around it changes.
 */
export function stepContainer(place: PodPlace, run: ContainerRun): Instant | undefined {
  const now = place.context.clock.now();
  for (;;) {
    const before = run.stage;
    if (run.stage !== 'running' && run.stage !== 'done' && run.actAt > now) return run.actAt;
    const again = stepStage(place, run, now);
    if (run.stage === before) return again;
  }
}

function stepStage(place: PodPlace, run: ContainerRun, now: Instant): Instant | undefined {
  switch (run.stage) {
    case 'idle':
    case 'pulling':
      if (ensureImage(place, run)) create(place, run, now);
      return run.actAt;
    case 'starting':
      start(place, run, now);
      return run.actAt;
    case 'running':
      return live(place, run, now);
    case 'exited':
      return decideRestart(place, run, now);
    case 'done':
      return undefined;
  }
}

function create(place: PodPlace, run: ContainerRun, now: Instant): void {
  const { context, pod } = place;
  const environment = resolveEnvironment(context.objects, pod, run.spec);
  const problem = securityProblem(pod, run) ?? ('problem' in environment ? environment.problem : undefined);
  if (problem !== undefined || 'problem' in environment) {
    setWaiting(run, 'CreateContainerConfigError', problem);
    place.note(run, 'Warning', 'Failed', `Error: ${problem}`);
    run.stage = 'idle';
    run.actAt = now + context.profile.podSync;
    return;
  }
  run.env = environment.env;
  run.containerID = `containerd://${hexId(context.random)}`;
  run.imageID = run.image?.id ?? '';
  if (run.isRestart) run.restartCount += 1;
  place.note(run, 'Normal', 'Created', `Created container: ${run.spec.name}`);
  run.stage = 'starting';
  run.actAt = now + spread(context, context.profile.containerStart);
}

function securityProblem(pod: Pod, { spec, image }: ContainerRun): string | undefined {
  const isNonRoot = spec.securityContext?.runAsNonRoot ?? pod.spec.securityContext?.runAsNonRoot ?? false;
  if (!isNonRoot) return undefined;
  const user = spec.securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser;
  const detail = `(pod: "${fullName(pod)}", container: ${spec.name})`;
  if (user === 0) return `container's runAsUser breaks non-root policy ${detail}`;
  return user === undefined && image?.user === 0 ? `container has runAsNonRoot and image will run as root ${detail}` : undefined;
}

function start(place: PodPlace, run: ContainerRun, now: Instant): void {
  const { context } = place;
  const command = commandOf(run.spec, run.env);
  const problem = run.image && (mountOverFile(place.pod, run.spec, run.image) ?? startProblem(run.image, command.executable));
  if (!run.image || problem !== undefined) {
    const message = problem ?? 'image is gone';
    run.lastState = { terminated: { exitCode: 128, reason: 'StartError', message, startedAt: renderTime(0), finishedAt: renderTime(now), ...ownId(run) } };
    setWaiting(run, 'RunContainerError', message);
    place.note(run, 'Warning', 'Failed', `Error: ${message}`);
    run.stage = 'exited';
    run.actAt = now + context.profile.containerRelist * 2;
    return;
  }
  if (run.state.terminated) run.lastState = { terminated: run.state.terminated };
  context.logs.rotate(place.run.uid, run.spec.name);
  run.state = { running: { startedAt: renderTime(now) } };
  run.process = startProcess(run.image.program(command.args, (run.spec.ports ?? []).map(({ containerPort }) => containerPort)), now);
  run.stage = 'running';
  run.stopAt = undefined;
  startProbes(run, now);
  startHook(place, run, now);
  place.note(run, 'Normal', 'Started', `Started container ${run.spec.name}`);
}

function live(place: PodPlace, run: ContainerRun, now: Instant): Instant | undefined {
  const { process } = run;
  if (!process) return undefined;
  const processAt = process.exit ? undefined : advance(process, now, place.hostOf(run));
  const hookAt = process.exit ? undefined : stepHook(place, run, now);
  if (!process.exit && run.stopAt !== undefined && run.stopAt <= now) process.exit = { at: run.stopAt, code: 0, oom: false };
  if (process.exit) {
    end(place, run, process.exit);
    return undefined;
  }
  const probeAt = run.stopAt === undefined ? stepProbes(place, run, now) : undefined;
  return earliest(processAt, hookAt, probeAt, run.stopAt);
}

function end({ context }: PodPlace, run: ContainerRun, exit: Exit): void {
  const startedAt = run.state.running?.startedAt ?? renderTime(exit.at);
  run.state = {
    terminated: {
      exitCode: exit.code,
      reason: exit.oom ? 'OOMKilled' : exit.code === 0 ? 'Completed' : 'Error',
      startedAt,
      finishedAt: renderTime(exit.at),
      ...ownId(run),
    },
  };
  if (run.hookFailure !== undefined) {
    run.lastState = { terminated: run.state.terminated };
    setWaiting(run, 'PostStartHookError', run.hookFailure);
    run.hookFailure = undefined;
  }
  if (exit.at - (run.process?.startedAt ?? exit.at) >= BACKOFF_FORGIVEN) run.forgiven = run.restartCount;
  run.process = undefined;
  run.started = false;
  run.ready = run.role === 'init' && exit.code === 0;
  run.stage = 'exited';
  run.actAt = exit.at + context.profile.containerRelist;
}

/** Whether the pod's policy starts a container again that ended so. */
export function isRestarted(pod: Pod, role: ContainerRun['role'], exitCode: number): boolean {
  const policy = pod.spec.restartPolicy ?? 'Always';
  if (role === 'sidecar') return true;
  if (role === 'init') return exitCode !== 0 && policy !== 'Never';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

function decideRestart(place: PodPlace, run: ContainerRun, now: Instant): Instant | undefined {
  const { context, pod } = place;
  const ended: Terminated | undefined = run.state.terminated ?? run.lastState.terminated;
  if (ended && !isRestarted(pod, run.role, ended.exitCode)) {
    run.stage = 'done';
    return undefined;
  }
  const delay = crashDelay(context, run);
  const until = (ended ? Date.parse(ended.finishedAt) : now) + delay;
  if (delay > 0 && until > now) {
    if (run.state.terminated) run.lastState = { terminated: run.state.terminated };
    const span = renderSpan(delay);
    setWaiting(run, 'CrashLoopBackOff', `back-off ${span} restarting failed container=${run.spec.name} pod=${fullName(pod)}`);
    place.note(run, 'Warning', 'BackOff', `Back-off restarting failed container ${run.spec.name} in pod ${fullName(pod)}`);
    run.actAt = Math.min(until, now + context.profile.podSync);
    return run.actAt;
  }
  run.isRestart = true;
  run.stage = 'idle';
  run.actAt = now;
  return now;
}

/** The first restart is at once; then 10 s, 20 s, 40 s … up to the cap. */
function crashDelay({ profile }: PhysicsContext, run: ContainerRun): Duration {
  const crashes = run.restartCount - run.forgiven;
  return crashes <= 0 ? 0 : Math.min(profile.crashLoopMax, profile.crashLoopInitial * 2 ** (crashes - 1));
}

/** As Go prints durations of whole seconds: `10s`, `1m20s`, `5m0s`. */
function renderSpan(span: Duration): string {
  const whole = Math.round(span / 1000);
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m${whole % 60}s`;
}

function ownId({ containerID }: ContainerRun): { readonly containerID?: string } {
  return containerID === undefined ? {} : { containerID };
}
