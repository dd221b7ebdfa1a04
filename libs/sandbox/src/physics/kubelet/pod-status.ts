import { renderTime } from '@fleetmend/kernel';
import type { Instant } from '@fleetmend/kernel';
import { findCondition } from '../runtime/conditions.ts';
import type { Condition, ContainerStatus, Pod, PodStatus } from '../shapes/pod.ts';
import { isRestarted } from './container.ts';
import { qosClass } from './resources.ts';
import type { ContainerRun, PodRun } from './worker.ts';

/** The status that a kubelet would write for the pod now: fields and order as a real 1.34 kubelet's. */
export function renderPodStatus(pod: Pod, run: PodRun, { now, hostIP }: { readonly now: Instant; readonly hostIP: string }): PodStatus {
  const inits = run.containers.filter(({ role }) => role !== 'app');
  const apps = run.containers.filter(({ role }) => role === 'app');
  const phase = phaseOf(pod, inits, apps);
  return {
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    phase,
    conditions: conditionsOf(pod, { run, inits, apps, phase, now }),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(run.ip === undefined ? {} : { podIP: run.ip, podIPs: [{ ip: run.ip }] }),
    startTime: renderTime(run.startedAt),
    ...(inits.length > 0 ? { initContainerStatuses: inits.map((init) => containerStatus(init)) } : {}),
    containerStatuses: apps.map((app) => containerStatus(app)),
    qosClass: pod.status?.qosClass ?? qosClass(pod),
  };
}

/** Whether an init container is out of the way of those behind it. */
export function isInitDone({ role, started, state }: ContainerRun): boolean {
  return role === 'sidecar' ? started && state.running !== undefined : state.terminated?.exitCode === 0;
}

function phaseOf(pod: Pod, inits: readonly ContainerRun[], apps: readonly ContainerRun[]): string {
  const ends = (runs: readonly ContainerRun[]) => runs.filter((run) => run.stage === 'done' || (run.stage === 'exited' && run.state.terminated && !isRestarted(pod, run.role, run.state.terminated.exitCode)));
  if (ends(inits).some(({ state }) => state.terminated?.exitCode !== 0)) return 'Failed';
  if (!inits.every((init) => init.role === 'sidecar' || isInitDone(init))) return 'Pending';
  const ended = ends(apps);
  if (ended.length === apps.length && ended.length > 0) return ended.every(({ state }) => state.terminated?.exitCode === 0) ? 'Succeeded' : 'Failed';
  const everRan = apps.every(({ state, lastState }) => state.running || state.terminated || lastState.terminated);
  return everRan ? 'Running' : 'Pending';
}

interface Picture {
  readonly run: PodRun;
  readonly inits: readonly ContainerRun[];
  readonly apps: readonly ContainerRun[];
  readonly phase: string;
  readonly now: Instant;
}

function conditionsOf(pod: Pod, { run, inits, apps, phase, now }: Picture): readonly Condition[] {
  const isOver = phase === 'Succeeded' || phase === 'Failed';
  const unready = [...inits.filter(({ role }) => role === 'sidecar'), ...apps].filter(({ ready }) => !ready).map(({ spec }) => spec.name);
  const pendingInits = inits.filter((init) => !isInitDone(init)).map(({ spec }) => spec.name);
  const readiness: Partial<Condition> = isOver
    ? { status: 'False', reason: phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed' }
    : unready.length > 0
      ? { status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` }
      : { status: 'True' };
  const wanted: readonly (readonly [string, Partial<Condition>])[] = [
    ['PodReadyToStartContainers', { status: run.sandboxAt !== undefined && run.ip !== undefined && !isOver ? 'True' : 'False' }],
    [
      'Initialized',
      phase === 'Succeeded' || pendingInits.length === 0
        ? { status: 'True', ...(phase === 'Succeeded' ? { reason: 'PodCompleted' } : {}) }
        : { status: 'False', reason: 'ContainersNotInitialized', message: `containers with incomplete status: [${pendingInits.join(' ')}]` },
    ],
    ['Ready', readiness],
    ['ContainersReady', readiness],
    ['PodScheduled', { status: 'True' }],
  ];
  return [
    ...wanted.map(([type, condition]) => settle(pod, type, condition, now)),
    ...(pod.status?.conditions ?? []).filter(({ type }) => !wanted.some(([known]) => known === type)),
  ];
}

function settle(pod: Pod, type: string, condition: Partial<Condition>, now: Instant): Condition {
  const before = findCondition(pod.status?.conditions, type);
  const { status = 'False', ...rest } = condition;
  const since = before?.status === status && before.lastTransitionTime ? before.lastTransitionTime : renderTime(now);
  const generation = pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation };
  return { type, status, ...rest, ...generation, lastProbeTime: null, lastTransitionTime: since };
}

function containerStatus(run: ContainerRun): ContainerStatus {
  const { spec } = run;
  return {
    ...(run.containerID === undefined ? {} : { containerID: run.containerID }),
    image: run.containerID === undefined ? spec.image : (run.image?.reference ?? spec.image),
    imageID: run.imageID,
    lastState: run.lastState,
    name: spec.name,
    ready: run.ready,
    restartCount: run.restartCount,
    started: run.started,
    state: run.state,
    ...(run.containerID !== undefined && spec.resources && Object.keys(spec.resources).length > 0 ? { ...(spec.resources.requests ? { allocatedResources: spec.resources.requests } : {}), resources: spec.resources } : {}),
    ...(spec.volumeMounts?.length
      ? { volumeMounts: spec.volumeMounts.map(({ name, mountPath, readOnly }) => ({ mountPath, name, ...(readOnly ? { readOnly: true, recursiveReadOnly: 'Disabled' } : {}) })) }
      : {}),
  };
}
