import { readQuantity, renderTime } from '@fleetmend/kernel';
import type { ClusterObjects } from '../../objects.ts';
import type { Claim, StorageClass } from '../cluster/claims.ts';
import { findCondition, withCondition } from '../runtime/conditions.ts';
import { SCHEDULER } from '../runtime/context.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { keyOf, parseKey } from '../runtime/keys.ts';
import { startLoop } from '../runtime/loop.ts';
import type { Node } from '../shapes/cluster.ts';
import type { Pod } from '../shapes/pod.ts';
import { findMisfit, podRequests } from './filters.ts';
import type { Misfit, Snapshot } from './filters.ts';

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
      if (schedule(context, pod)) {
        refused.delete(key);
        return undefined;
      }
      refused.add(key);
      return profile.schedulerFlush;
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
    objects.watch('v1', 'PersistentVolumeClaim', retryRefused),
  ];
  signal.addEventListener('abort', () => ends.forEach((end) => end()), { once: true });
}

function isPending(pod: Pod): boolean {
  const { nodeName, schedulerName = FROM, schedulingGates = [] } = pod.spec;
  return !nodeName && schedulerName === FROM && schedulingGates.length === 0 && !pod.metadata.deletionTimestamp;
}

function schedule(context: PhysicsContext, pod: Pod): boolean {
  const { objects } = context;
  const nodes = [...objects.list<Node>('v1', 'Node')].sort((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  const podsOn = new Map<string, Pod[]>();
  for (const other of objects.list<Pod>('v1', 'Pod')) {
    const { nodeName } = other.spec;
    if (!nodeName || other.status?.phase === 'Succeeded' || other.status?.phase === 'Failed') continue;
    podsOn.set(nodeName, [...(podsOn.get(nodeName) ?? []), other]);
  }
  const snapshot: Snapshot = { nodes, podsOn };
  const claimProblem = findClaimProblem(context, pod);
  if (claimProblem !== undefined) {
    refuse(context, pod, `0/${nodes.length} nodes are available: ${claimProblem}. no new claims to deallocate, preemption: 0/${nodes.length} nodes are available: ${nodes.length} Preemption is not helpful for scheduling.`);
    return false;
  }
  const misfits: Misfit[] = [];
  const fitting: Node[] = [];
  for (const node of nodes) {
    const misfit = findMisfit(pod, node, snapshot);
    if (misfit) misfits.push(misfit);
    else fitting.push(node);
  }
  const best = [...fitting].sort((a, b) => load(a, snapshot) - load(b, snapshot))[0];
  if (!best) {
    refuse(context, pod, nodes.length === 0 ? 'no nodes available to schedule pods' : explain(misfits));
    return false;
  }
  bind(context, pod, best.metadata.name);
  return true;
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) … no new claims to deallocate, preemption: …`, as 1.34 words it. */
function explain(misfits: readonly Misfit[]): string {
  const total = misfits.length;
  const counted = (reasons: readonly string[]) => {
    const counts = new Map<string, number>();
    for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    return [...counts].map(([reason, count]) => `${count} ${reason}`).sort().join(', ');
  };
  const preemption = misfits.map(({ helpless }) => (helpless ? 'Preemption is not helpful for scheduling' : 'No preemption victims found for incoming pod'));
  return `0/${total} nodes are available: ${counted(misfits.flatMap(({ reasons }) => reasons))}. no new claims to deallocate, preemption: 0/${total} nodes are available: ${counted(preemption)}.`;
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

function findClaimProblem({ objects }: PhysicsContext, pod: Pod): string | undefined {
  for (const { persistentVolumeClaim } of pod.spec.volumes ?? []) {
    if (!persistentVolumeClaim) continue;
    const claim = objects.get<Claim>('v1', 'PersistentVolumeClaim', pod.metadata.namespace, persistentVolumeClaim.claimName);
    if (!claim) return `persistentvolumeclaim "${persistentVolumeClaim.claimName}" not found`;
    if (claim.status?.phase !== 'Bound' && !waitsForPod(objects, claim)) return 'pod has unbound immediate PersistentVolumeClaims';
  }
  return undefined;
}

function waitsForPod(objects: ClusterObjects, { spec }: Claim): boolean {
  return spec.storageClassName !== undefined && objects.get<StorageClass>('storage.k8s.io/v1', 'StorageClass', undefined, spec.storageClassName)?.volumeBindingMode === 'WaitForFirstConsumer';
}

function refuse({ objects, events, clock }: PhysicsContext, pod: Pod, message: string): void {
  events.recordAction({ about: pod, from: FROM, type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', message });
  const before = pod.status?.conditions ?? [];
  const known = findCondition(before, 'PodScheduled');
  if (known?.status === 'False' && known.message === message) return;
  const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, lastProbeTime: null, lastTransitionTime: renderTime(clock.now()) };
  objects.updateStatus<Pod>({ ...pod, status: { phase: 'Pending', ...pod.status, conditions: withCondition(before, condition) } }, SCHEDULER);
}

function bind({ objects, events, clock }: PhysicsContext, pod: Pod, node: string): void {
  const bound = objects.update<Pod>({ ...pod, spec: { ...pod.spec, nodeName: node } }, SCHEDULER);
  const conditions = withCondition(pod.status?.conditions ?? [], { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: renderTime(clock.now()) });
  objects.updateStatus<Pod>({ ...bound, status: { phase: 'Pending', ...bound.status, conditions } }, SCHEDULER);
  events.recordAction({ about: pod, from: FROM, type: 'Normal', reason: 'Scheduled', action: 'Binding', message: `Successfully assigned ${pod.metadata.namespace ?? 'default'}/${pod.metadata.name} to ${node}` });
}
