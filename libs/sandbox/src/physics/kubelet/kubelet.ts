import type { Duration, Instant } from '@fleetmend/kernel';
import { kubeletIdentity } from '../runtime/context.ts';
import { keyOf, parseKey } from '../runtime/keys.ts';
import { startLoop } from '../runtime/loop.ts';
import { isTrue } from '../runtime/conditions.ts';
import { sameJson } from '../runtime/same-json.ts';
import type { Node } from '../shapes/cluster.ts';
import type { Pod } from '../shapes/pod.ts';
import { isInitDone, renderPodStatus } from './pod-status.ts';
import { stepContainer } from './container.ts';
import { allocateAddress } from './addresses.ts';
import { notePreStop } from './hooks.ts';
import { podPlace } from './place.ts';
import type { KubeletContext, PodPlace } from './place.ts';
import { resumeProbes } from './probes.ts';
import { restorePod } from './restore.ts';
import { earliest, spread } from './timing.ts';
import { findMountProblem } from './volumes.ts';
import type { PodRun } from './worker.ts';

export interface Kubelets {
  /** What the kubelet of the pod's node knows of it. */
  find(podUid: string): PodRun | undefined;
}

/** The kubelets of all nodes of a cluster: they run what is bound to a live node, and write what becomes of it into the pods' status. */
export function startKubelets(context: KubeletContext, runs: Map<string, PodRun>): Kubelets {
  const { objects, clock, signal, profile, failed } = context;
  const images = new Map<string, Set<string>>();
  const imagesOn = (node: string): Set<string> => {
    const known = images.get(node) ?? new Set<string>();
    images.set(node, known);
    return known;
  };
  const uids = new Map<string, string>();
  const loop = startLoop({
    name: 'kubelet',
    clock,
    signal,
    failed,
    retry: { initial: 100, max: profile.podSync },
    reconcile(key) {
      const { namespace, name } = parseKey(key);
      const pod = objects.get<Pod>('v1', 'Pod', namespace, name);
      forgetOlder(key, pod);
      if (!pod?.spec.nodeName || !isNodeAlive(objects.get<Node>('v1', 'Node', undefined, pod.spec.nodeName))) return undefined;
      return syncPod(context, pod, { runs, imagesOn });
    },
  });

  function forgetOlder(key: string, pod: Pod | undefined): void {
    const before = uids.get(key);
    const now = pod?.metadata.uid;
    if (before !== undefined && before !== now) {
      runs.delete(before);
      context.logs.forget(before);
    }
    if (now === undefined) uids.delete(key);
    else uids.set(key, now);
  }

  const ends = [
    objects.watch('v1', 'Pod', ({ object }) => loop.enqueue(keyOf(object))),
    objects.watch('v1', 'Node', ({ object }) => {
      for (const pod of objects.list<Pod>('v1', 'Pod')) if (pod.spec.nodeName === object.metadata.name && !runs.has(pod.metadata.uid ?? '')) loop.enqueue(keyOf(pod));
    }),
  ];
  signal.addEventListener('abort', () => ends.forEach((end) => end()), { once: true });
  return { find: (uid) => runs.get(uid) };
}

/** A node whose Ready condition says anything but True has lost its kubelet, until somebody sets it True again. */
export function isNodeAlive(node: Node | undefined): boolean {
  return node !== undefined && isTrue(node.status?.conditions, 'Ready');
}

interface Memory {
  readonly runs: Map<string, PodRun>;
  readonly imagesOn: PodPlace['imagesOn'];
}

function syncPod(context: KubeletContext, pod: Pod, { runs, imagesOn }: Memory): Duration | undefined {
  const now = context.clock.now();
  const uid = pod.metadata.uid ?? '';
  const isOver = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  if (isOver) {
    for (const container of runs.get(uid)?.containers ?? []) container.process = undefined;
    if (pod.metadata.deletionTimestamp) remove(context, pod);
    return undefined;
  }
  const run = runs.get(uid) ?? remember(context, pod, runs);
  const place = podPlace(context, pod, run, imagesOn);
  const next = pod.metadata.deletionTimestamp ? terminate(place, now) : runPod(place, now);
  if (next !== 'gone') writeStatus(place, now);
  return next === 'gone' || next === undefined ? undefined : Math.max(0, next - now);
}

function remember(context: KubeletContext, pod: Pod, runs: Map<string, PodRun>): PodRun {
  const now = context.clock.now();
  const run = restorePod(pod, { now, images: context.images, log: (container, line) => context.logs.append(pod.metadata.uid ?? '', container, line) });
  for (const container of run.containers) if (container.stage === 'running') resumeProbes(container, now);
  runs.set(run.uid, run);
  return run;
}

function runPod(place: PodPlace, now: Instant): Instant | undefined {
  const ready = prepareSandbox(place, now);
  if (ready !== true) return ready;
  let next: Instant | undefined;
  for (const container of place.run.containers) {
    if (container.role === 'app' && !initsDone(place.run)) break;
    if (container.role !== 'init' || !isInitDone(container)) next = earliest(next, stepContainer(place, container));
    // Init containers go one by one; a sidecar only has to have started.
    if (container.role !== 'app' && !isInitDone(container)) break;
  }
  return next;
}

function initsDone(run: PodRun): boolean {
  return run.containers.every((container) => container.role === 'app' || isInitDone(container) || (container.role === 'sidecar' && container.restartCount > 0));
}

/** True once volumes and network are there; else when to look again. */
function prepareSandbox({ context, pod, node, run }: PodPlace, now: Instant): true | Instant {
  if (run.sandboxAt !== undefined && run.sandboxAt <= now) {
    run.ip ??= allocateAddress(context.objects, node);
    return true;
  }
  if (run.sandboxAt !== undefined) return run.sandboxAt;
  if (run.mountRetryAt > now) return run.mountRetryAt;
  const problem = findMountProblem(context.objects, pod);
  if (problem === undefined) {
    run.sandboxAt = now + spread(context, context.profile.sandboxStart);
    return run.sandboxAt;
  }
  context.events.record({ about: pod, from: 'kubelet', node, type: 'Warning', reason: 'FailedMount', message: problem });
  run.mountRetryAt = now + Math.min(122_000, 500 * 2 ** run.mountFailures);
  run.mountFailures += 1;
  return run.mountRetryAt;
}

function terminate(place: PodPlace, now: Instant): Instant | 'gone' {
  const { context, pod, run } = place;
  if (run.endsAt === undefined) {
    const live = run.containers.filter(({ process }) => process !== undefined);
    for (const container of live) {
      place.note(container, 'Normal', 'Killing', `Stopping container ${container.spec.name}`);
      notePreStop(place, container, now);
    }
    const grace = (pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000;
    run.endsAt = now + (live.length > 0 ? Math.min(grace, spread(context, context.profile.containerStop)) : 0);
  }
  if (run.endsAt > now) return run.endsAt;
  remove(context, pod);
  return 'gone';
}

function remove({ objects }: KubeletContext, pod: Pod): void {
  objects.delete('v1', 'Pod', pod.metadata.namespace, pod.metadata.name, { gracePeriodSeconds: 0, ...(pod.metadata.uid ? { uid: pod.metadata.uid } : {}) });
}

function writeStatus({ context, pod, node, run }: PodPlace, now: Instant): void {
  const machine = context.objects.get<Node>('v1', 'Node', undefined, node);
  const hostIP = machine?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '10.0.0.1';
  const status = renderPodStatus(pod, run, { now, hostIP });
  // Most syncs only run probes: what was written for this very version of the pod need not be compared again.
  const written = `${pod.metadata.resourceVersion ?? ''} ${JSON.stringify(status)}`;
  if (run.written === written) return;
  if (!sameJson(status, pod.status)) context.objects.updateStatus<Pod>({ ...pod, status }, kubeletIdentity(node));
  else run.written = written;
}
