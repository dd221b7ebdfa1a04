import { readQuantity, renderTime } from '@fleetmend/kernel';
import type { KubeObject } from '../../objects.ts';
import { findVolume } from '../cluster/volume-match.ts';
import { findCondition, withCondition } from '../runtime/conditions.ts';
import { SCHEDULER } from '../runtime/context.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { keyOf, parseKey } from '../runtime/keys.ts';
import { startLoop } from '../runtime/loop.ts';
import type { Node } from '../shapes/cluster.ts';
import type { Pod } from '../shapes/pod.ts';
import { SELECTED_NODE } from '../shapes/storage.ts';
import type { PersistentVolume } from '../shapes/storage.ts';
import { findMisfit, podRequests } from './filters.ts';
import type { Misfit, Snapshot } from './node-match.ts';
import { preempt } from './preemption.ts';
import { readPodClaims } from './volume-filters.ts';
import type { PodClaims } from './volume-filters.ts';

const FROM = 'default-scheduler';

/** Binds pending pods to the node with the most room, or says why none fits. Tries again when nodes or pods change. */
export function startScheduler(context: PhysicsContext): void {
  const { objects, clock, signal, profile, failed } = context;
  const refused = new Set<string>();
  const loop = startLoop({
    name: FROM,
    clock,
    signal,
    failed,
    retry: { initial: 100, max: 10_000 },
    reconcile(key) {
      const { namespace, name } = parseKey(key);
      const pod = objects.get<Pod>('v1', 'Pod', namespace, name);
      if (!pod || !isPending(pod)) {
        refused.delete(key);
        return undefined;
      }
      refused.delete(key);
      if (schedule(context, pod) === 'refused') refused.add(key);
      return refused.has(key) ? profile.schedulerFlush : undefined;
    },
  });
  // A second later, as the real queue backs off, so that one event about many pods is one more attempt for each.
  const retryRefused = () => refused.forEach((key) => loop.enqueue(key, 1_000));
  const nodes = new Map<string, string>();
  const ends = [
    objects.watch('v1', 'Pod', ({ type, object }) => {
      const pod = object as Pod;
      if (isPending(pod) && type === 'ADDED') loop.enqueue(keyOf(pod));
      const freed = type === 'DELETED' || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
      if (freed && pod.spec.nodeName) retryRefused();
    }),
    objects.watch('v1', 'Node', ({ type, object }) => {
      const node = object as Node;
      const facts = type === 'DELETED' ? '' : JSON.stringify([node.metadata.labels, node.spec, node.status?.allocatable]);
      if (nodes.get(node.metadata.name) === facts) return;
      nodes.set(node.metadata.name, facts);
      retryRefused();
    }),
    objects.watch('v1', 'PersistentVolumeClaim', ({ object }) => {
      retryRefused();
      for (const pod of objects.list<Pod>('v1', 'Pod')) if (isPending(pod) && uses(pod, object)) loop.enqueue(keyOf(pod));
    }),
    objects.watch('v1', 'PersistentVolume', retryRefused),
  ];
  signal.addEventListener('abort', () => ends.forEach((end) => end()), { once: true });
}

function uses({ metadata, spec }: Pod, claim: KubeObject): boolean {
  return metadata.namespace === claim.metadata.namespace && spec.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claim.metadata.name) === true;
}

function isPending(pod: Pod): boolean {
  const { nodeName, schedulerName = FROM, schedulingGates = [] } = pod.spec;
  return !nodeName && schedulerName === FROM && schedulingGates.length === 0 && !pod.metadata.deletionTimestamp;
}

/** `waiting`: a node is chosen, and the pod is bound once its volumes are. */
function schedule(context: PhysicsContext, pod: Pod): 'bound' | 'refused' | 'waiting' {
  const { objects } = context;
  const nodes = [...objects.list<Node>('v1', 'Node')].sort((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  const podsOn = new Map<string, Pod[]>();
  for (const other of objects.list<Pod>('v1', 'Pod')) {
    const { nodeName } = other.spec;
    if (!nodeName || other.status?.phase === 'Succeeded' || other.status?.phase === 'Failed') continue;
    podsOn.set(nodeName, [...(podsOn.get(nodeName) ?? []), other]);
  }
  const snapshot: Snapshot = { nodes, podsOn };
  const claims = readPodClaims(objects, pod, snapshot);
  // No node was looked at, so the plugins that would make room find nothing of theirs: these are their words for it.
  if (typeof claims === 'string') return refuse(context, pod, `0/${nodes.length} nodes are available: ${claims}. not found`);
  const misfits = nodes.map((node) => ({ node, misfit: findMisfit(pod, node, snapshot, claims) }));
  const best = misfits.flatMap(({ node, misfit }) => (misfit ? [] : [node])).sort((a, b) => load(a, snapshot) - load(b, snapshot))[0];
  if (best && claims.waiting.length > 0) return reserve(context, claims, best);
  if (best) return bind(context, pod, best.metadata.name);
  if (nodes.length === 0) return refuse(context, pod, 'no nodes available to schedule pods');
  return refuse(context, pod, explain(misfits.flatMap(({ misfit }) => misfit ?? []), preempt(context, pod, { snapshot, claims })));
}

const NOT_HELPFUL = 'Preemption is not helpful for scheduling';

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) … no new claims to deallocate, preemption: …`, as 1.34 words it. */
function explain(misfits: readonly Misfit[], preemption: 'None' | 'Never' | 'Preempted'): string {
  const start = `0/${misfits.length} nodes are available: ${counted(misfits.flatMap(({ reasons }) => reasons))}.`;
  if (preemption === 'Preempted') return start;
  if (preemption === 'Never') return `${start} no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.`;
  return `${start} ${afterwards(misfits.map(({ helpless }) => (helpless ? NOT_HELPFUL : 'No preemption victims found for incoming pod')))}`;
}

/** What the plugins add that look for a way to make room. */
function afterwards(reasons: readonly string[]): string {
  return `no new claims to deallocate, preemption: 0/${reasons.length} nodes are available: ${counted(reasons)}.`;
}

function counted(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${count} ${reason}`).sort().join(', ');
}

/** The share of a node that is asked for, the larger of cpu and memory; pods count a little, so that those without requests spread, too. */
function load(node: Node, { podsOn }: Snapshot): number {
  const here = podsOn.get(node.metadata.name) ?? [];
  const shares = (['cpu', 'memory'] as const).map((name) => {
    const used = here.reduce((sum, pod) => sum + (podRequests(pod).get(name) ?? 0n), 0n);
    const room = readQuantity(node.status?.allocatable?.[name]) ?? 0n;
    return room > 0n ? Number((used * 10_000n) / room) / 10_000 : 1;
  });
  return Math.max(...shares) + here.length / 1000;
}

/** Reserves volumes that exist on the chosen node, and asks for the others there. */
function reserve({ objects }: PhysicsContext, { waiting, volumes }: PodClaims, node: Node): 'waiting' {
  for (const { claim } of waiting) {
    const volume = claim.metadata.annotations?.[SELECTED_NODE] === undefined ? findVolume(claim, volumes, { node, waits: true }) : undefined;
    const { name, namespace, uid } = claim.metadata;
    if (volume) objects.update<PersistentVolume>({ ...volume, spec: { ...volume.spec, claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid } } } as PersistentVolume, SCHEDULER);
    else objects.update({ ...claim, metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, [SELECTED_NODE]: node.metadata.name } } }, SCHEDULER);
  }
  return 'waiting';
}

function refuse({ objects, events, clock }: PhysicsContext, pod: Pod, message: string): 'refused' {
  events.recordAction({ about: pod, from: FROM, type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', message });
  const before = pod.status?.conditions ?? [];
  const known = findCondition(before, 'PodScheduled');
  if (known?.status === 'False' && known.message === message) return 'refused';
  const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, lastProbeTime: null, lastTransitionTime: renderTime(clock.now()) };
  objects.updateStatus<Pod>({ ...pod, status: { phase: 'Pending', ...pod.status, conditions: withCondition(before, condition) } }, SCHEDULER);
  return 'refused';
}

function bind({ objects, events, clock }: PhysicsContext, pod: Pod, node: string): 'bound' {
  const bound = objects.update<Pod>({ ...pod, spec: { ...pod.spec, nodeName: node } }, SCHEDULER);
  const conditions = withCondition(pod.status?.conditions ?? [], { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: renderTime(clock.now()) });
  objects.updateStatus<Pod>({ ...bound, status: { phase: 'Pending', ...bound.status, conditions } }, SCHEDULER);
  events.recordAction({ about: pod, from: FROM, type: 'Normal', reason: 'Scheduled', action: 'Binding', message: `Successfully assigned ${pod.metadata.namespace ?? 'default'}/${pod.metadata.name} to ${node}` });
  return 'bound';
}
