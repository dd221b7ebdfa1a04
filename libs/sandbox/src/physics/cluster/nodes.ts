import { renderMicroTime, renderTime } from '@fleetmend/kernel';
import type { KubeObject } from '../../objects.ts';
import { controllerIdentity, kubeletIdentity } from '../runtime/context.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { findCondition } from '../runtime/conditions.ts';
import { startLoop } from '../runtime/loop.ts';
import type { Node, Taint } from '../shapes/cluster.ts';
import type { Condition } from '../shapes/pod.ts';
import { tolerates } from '../scheduler/node-match.ts';
import type { Pod } from '../shapes/pod.ts';

const FROM = 'node-controller';
const AS = controllerIdentity('node-controller');

const HEALTH: readonly (readonly [type: string, status: string, reason: string, message: string])[] = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
];

/**
 * Registers each Node object's kubelet: conditions, addresses, capacity where the object says none, and a lease that is renewed while it lives.
 * A node whose Ready condition somebody sets to anything but True is lost: its lease stands still, it is tainted, and its pods are evicted
 * once their tolerations run out.
 */
export function startNodes(context: PhysicsContext): void {
  const { objects, clock, signal, profile, failed } = context;
  const loop = startLoop({
    name: FROM,
    clock,
    signal,
    failed,
    retry: { initial: 100, max: 10_000 },
    reconcile(name) {
      const node = objects.get<Node>('v1', 'Node', undefined, name);
      if (!node || node.metadata.deletionTimestamp) return undefined;
      const ready = findCondition(node.status?.conditions, 'Ready');
      if (!ready) return register(context, node);
      const wanted = [...(ready.status === 'True' ? [] : lostTaints(ready, renderTime(clock.now()))), ...conditionTaints(node)];
      const current = retaint(context, node, wanted);
      if (ready.status === 'True') {
        renewLease(context, current);
        return Math.min(profile.leaseRenewal, evict(context, current) ?? Infinity);
      }
      for (const pod of podsOn(context, current)) markNotReady(objects, pod, renderTime(clock.now()));
      return evict(context, current);
    },
  });
  const end = objects.watch('v1', 'Node', ({ type, object }) => {
    if (type !== 'DELETED') loop.enqueue(object.metadata.name);
  });
  signal.addEventListener('abort', end, { once: true });
}

function register(context: PhysicsContext, node: Node): number {
  const { objects, clock, events, profile } = context;
  const at = renderTime(clock.now());
  const ordinal = objects.list<Node>('v1', 'Node').findIndex(({ metadata }) => metadata.name === node.metadata.name) + 1;
  const capacity = { cpu: '4', 'ephemeral-storage': '100Gi', memory: '8Gi', pods: '110', ...node.status?.capacity };
  const given = node.status?.conditions ?? [];
  const health: readonly Condition[] = HEALTH.filter(([type]) => !findCondition(given, type)).map(([type, status, reason, message]) => ({ type, status, reason, message, lastHeartbeatTime: at, lastTransitionTime: at }));
  const withRange = objects.update<Node>({ ...node, spec: { ...node.spec, podCIDR: node.spec?.podCIDR ?? `10.244.${ordinal}.0/24`, podCIDRs: [node.spec?.podCIDR ?? `10.244.${ordinal}.0/24`] } }, AS);
  objects.updateStatus<Node>(
    {
      ...withRange,
      status: {
        addresses: [{ type: 'InternalIP', address: `10.0.0.${ordinal + 9}` }, { type: 'Hostname', address: node.metadata.name }],
        ...node.status,
        capacity,
        allocatable: { ...capacity, ...node.status?.allocatable },
        conditions: [...given, ...health],
        daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
        nodeInfo: {
          architecture: 'amd64',
          bootID: '',
          containerRuntimeVersion: 'containerd://2.1.4',
          kernelVersion: '6.12.0',
          kubeProxyVersion: '',
          kubeletVersion: 'v1.34.4',
          machineID: '',
          operatingSystem: 'linux',
          osImage: 'Fleetmend sandbox',
          systemUUID: '',
          ...node.status?.nodeInfo,
        },
      },
    } as Node,
    kubeletIdentity(node.metadata.name),
  );
  renewLease(context, node);
  events.record({ about: node, from: FROM, type: 'Normal', reason: 'RegisteredNode', message: `Node ${node.metadata.name} event: Registered Node ${node.metadata.name} in Controller` });
  return profile.leaseRenewal;
}

function renewLease({ objects, clock }: PhysicsContext, { metadata }: Node): void {
  const as = kubeletIdentity(metadata.name);
  const spec = { holderIdentity: metadata.name, leaseDurationSeconds: 40, renewTime: renderMicroTime(clock.now()) };
  const lease = objects.get('coordination.k8s.io/v1', 'Lease', 'kube-node-lease', metadata.name);
  if (lease) objects.update<KubeObject>({ ...lease, spec }, as);
  else objects.create<KubeObject>({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: metadata.name, namespace: 'kube-node-lease' }, spec }, as);
}

const LOST_TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'] as const;
const PRESSURE_TAINTS: readonly (readonly [condition: string, taint: string])[] = [
  ['MemoryPressure', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'node.kubernetes.io/disk-pressure'],
  ['PIDPressure', 'node.kubernetes.io/pid-pressure'],
  ['NetworkUnavailable', 'node.kubernetes.io/network-unavailable'],
];
const CORDONED_TAINT = 'node.kubernetes.io/unschedulable';
const OWN_TAINTS: readonly string[] = [...LOST_TAINTS, ...PRESSURE_TAINTS.map(([, taint]) => taint), CORDONED_TAINT];

function lostTaints({ status }: Condition, timeAdded: string): readonly Taint[] {
  const key = status === 'False' ? LOST_TAINTS[0] : LOST_TAINTS[1];
  return [
    { key, effect: 'NoSchedule', timeAdded },
    { key, effect: 'NoExecute', timeAdded },
  ];
}

/** The taints that say in the scheduler's language what a node's conditions, or somebody who cordoned it, say. */
function conditionTaints({ spec, status }: Node): readonly Taint[] {
  const pressed = PRESSURE_TAINTS.flatMap(([type, key]) => (findCondition(status?.conditions, type)?.status === 'True' ? [key] : []));
  return [...pressed, ...(spec?.unschedulable ? [CORDONED_TAINT] : [])].map((key) => ({ key, effect: 'NoSchedule' }));
}

function retaint({ objects }: PhysicsContext, node: Node, wanted: readonly Taint[]): Node {
  const before = node.spec?.taints ?? [];
  const foreign = before.filter(({ key }) => !OWN_TAINTS.includes(key));
  const own = before.filter(({ key }) => OWN_TAINTS.includes(key));
  const kept = wanted.map((taint) => own.find(({ key, effect }) => key === taint.key && effect === taint.effect) ?? taint);
  if (kept.length === own.length && kept.every((taint) => own.includes(taint))) return node;
  const { taints: _, ...spec } = node.spec ?? {};
  return objects.update<Node>({ ...node, spec: { ...spec, ...(foreign.length + kept.length > 0 ? { taints: [...foreign, ...kept] } : {}) } }, AS);
}

function podsOn({ objects }: PhysicsContext, { metadata }: Node): readonly Pod[] {
  return objects.list<Pod>('v1', 'Pod').filter((pod) => pod.spec.nodeName === metadata.name && !pod.metadata.deletionTimestamp);
}

/** Deletes the node's pods that do not tolerate its taints, or not any longer. Answers when the next toleration runs out. */
function evict(context: PhysicsContext, node: Node): number | undefined {
  const { objects, clock, events } = context;
  const taints = (node.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
  if (taints.length === 0) return undefined;
  let next: number | undefined;
  for (const pod of podsOn(context, node)) {
    const left = Math.min(...taints.map((taint) => timeLeft(pod, taint, clock.now())));
    if (left > 0) {
      if (left !== Infinity) next = Math.min(next ?? left, left);
      continue;
    }
    events.record({ about: pod, from: 'taint-eviction-controller', type: 'Normal', reason: 'TaintManagerEviction', message: `Marking for deletion Pod ${pod.metadata.namespace ?? ''}/${pod.metadata.name}` });
    objects.delete('v1', 'Pod', pod.metadata.namespace, pod.metadata.name);
  }
  return next;
}

function timeLeft({ spec: { tolerations = [] } }: Pod, taint: Taint, now: number): number {
  const matching = tolerations.filter((one) => tolerates([one], taint));
  if (matching.length === 0) return 0;
  const spans = matching.flatMap(({ tolerationSeconds }) => (tolerationSeconds === undefined ? [] : [tolerationSeconds * 1000]));
  return spans.length === 0 ? Infinity : (Date.parse(taint.timeAdded ?? '') || now) + Math.min(...spans) - now;
}

function markNotReady(objects: PhysicsContext['objects'], pod: Pod, at: string): void {
  const ready = findCondition(pod.status?.conditions, 'Ready');
  if (ready?.status !== 'True') return;
  const conditions = (pod.status?.conditions ?? []).map((condition) => (condition === ready ? { ...ready, status: 'False', lastTransitionTime: at } : condition));
  objects.updateStatus<Pod>({ ...pod, status: { ...pod.status, conditions } }, AS);
}
