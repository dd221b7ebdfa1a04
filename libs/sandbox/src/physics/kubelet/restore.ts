import { parseTime } from '@fleetmend/kernel';
import type { Instant } from '@fleetmend/kernel';
import { advance, startProcess } from '../../images/process.ts';
import type { ImageCatalog } from '../../images/catalog.ts';
import type { Container, ContainerStatus, Pod } from '../shapes/pod.ts';
import { commandOf } from './command.ts';
import type { LogLine } from './logs.ts';
import { memoryLimitOf } from './resources.ts';
import type { ContainerRun, PodRun } from './worker.ts';

interface Place {
  readonly now: Instant;
  readonly images: ImageCatalog;
  readonly log: (container: string, line: LogLine) => void;
}

/**
 * A kubelet's knowledge of a pod from what the pod's status says: nothing yet for a new pod, everything for one that an earlier
 * life of this process ran. Running processes are rebuilt from their arguments and start times.
 */
export function restorePod(pod: Pod, { now, images, log }: Place): PodRun {
  const inits = (pod.spec.initContainers ?? []).map((spec) => restoreContainer(pod, spec, spec.restartPolicy === 'Always' ? 'sidecar' : 'init', { now, images, log }));
  const apps = pod.spec.containers.map((spec) => restoreContainer(pod, spec, 'app', { now, images, log }));
  return {
    uid: pod.metadata.uid ?? '',
    startedAt: parseTime(pod.status?.startTime) ?? now,
    containers: [...inits, ...apps],
    files: new Set(),
    written: '',
    ip: pod.status?.podIP,
    sandboxAt: pod.status?.podIP ? now : undefined,
    mountFailures: 0,
    mountRetryAt: now,
    endsAt: undefined,
  };
}

function restoreContainer(pod: Pod, spec: Container, role: ContainerRun['role'], { now, images, log }: Place): ContainerRun {
  const statuses = role === 'app' ? pod.status?.containerStatuses : pod.status?.initContainerStatuses;
  const known = statuses?.find(({ name }) => name === spec.name);
  const answer = images.find(spec.image);
  const run: ContainerRun = {
    spec,
    role,
    stage: 'idle',
    actAt: now,
    state: known?.state ?? { waiting: { reason: hasInits(pod) && role === 'app' ? 'PodInitializing' : 'ContainerCreating' } },
    lastState: known?.lastState ?? {},
    restartCount: known?.restartCount ?? 0,
    forgiven: 0,
    isRestart: known?.lastState.terminated !== undefined,
    started: known?.started ?? false,
    ready: known?.ready ?? false,
    containerID: known?.containerID,
    image: answer.is === 'found' ? answer.image : undefined,
    imageID: known?.imageID ?? '',
    process: undefined,
    env: new Map(),
    pullFailures: 0,
    pullRetryAt: now,
    pullStartedAt: now,
    stopAt: undefined,
    hook: undefined,
    // A hook that had run before is not run again.
    hookDone: true,
    hookFailure: undefined,
    probes: new Map(),
  };
  if (known) resume(run, known, { now, images, log });
  return run;
}

function hasInits(pod: Pod): boolean {
  return (pod.spec.initContainers ?? []).length > 0;
}

function resume(run: ContainerRun, { state, lastState }: ContainerStatus, { now, log }: Place): void {
  if (state.running && run.image) {
    const startedAt = parseTime(state.running.startedAt) ?? now;
    const ports = (run.spec.ports ?? []).map(({ containerPort }) => containerPort);
    run.process = startProcess(run.image.program(commandOf(run.spec, run.env).args, ports), startedAt);
    run.stage = 'running';
    // A process that runs has passed its checks: it is not asked again what it once required.
    advance(run.process, now, {
      memoryLimit: memoryLimitOf(run.spec),
      refusesEnv: () => undefined,
      hasFile: () => true,
      write: () => undefined,
      resolves: () => true,
      connects: () => true,
      isPortTaken: () => false,
      log: (at, text) => log(run.spec.name, { at, text }),
    });
    return;
  }
  const isCrash = ['CrashLoopBackOff', 'RunContainerError', 'PostStartHookError'].includes(state.waiting?.reason ?? '');
  if (state.terminated || (isCrash && lastState.terminated)) run.stage = 'exited';
}
