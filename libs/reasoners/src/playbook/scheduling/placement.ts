import type { KubeObject } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { asList, asRecord, podSpecPath, valueAt, type Json } from '../workload.ts';
import { isOutOfService, labelsOf, matchesNode, requestsOf, selects, tooLargeFor, untolerated } from './node-fit.ts';

/** What can keep every pod of a workload from every node, in the order in which a scheduler would find out. */
export const BLOCKERS = ['NodeNotFound', 'UnknownScheduler', 'SchedulingGated', 'NodeSelector', 'Taint', 'InsufficientResources', 'HostPort', 'TopologySpread', 'PodAffinity'] as const;
export type Blocker = (typeof BLOCKERS)[number];

/** The cluster as far as the case shows it. Of pods only those of the target's namespace are known. */
export interface Surroundings {
  readonly nodes: readonly KubeObject[];
  /** Other pods that have a node, without the workload's own. */
  readonly pods: readonly KubeObject[];
}

export function surroundingsOf(kase: Case): Surroundings {
  const own = new Set(podsOf(kase).map(({ metadata }) => metadata.name));
  return {
    nodes: kase.related.filter(({ kind }) => kind === 'Node'),
    pods: kase.related.filter((object) => object.kind === 'Pod' && !own.has(object.metadata.name) && valueAt(object, ['spec', 'nodeName']) !== undefined),
  };
}

/** The target's own pods, newest first. */
export function podsOf({ target, related }: Case): readonly KubeObject[] {
  const owns = (owner: KubeObject, object: KubeObject) => (object.metadata.ownerReferences ?? []).some(({ kind, name }) => kind === owner.kind && name === owner.metadata.name);
  const middle = related.filter((object) => ['ReplicaSet', 'Job'].includes(object.kind) && owns(target, object));
  return related
    .filter((object) => object.kind === 'Pod' && (object.metadata.name === target.metadata.name && target.kind === 'Pod' ? true : [target, ...middle].some((owner) => owns(owner, object))))
    .toSorted((a, b) => (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''));
}

/** The pod that a workload makes. */
export function podSpecOf(object: KubeObject): Json {
  return asRecord(valueAt(object, podSpecPath(object)));
}

/** How many pods have to find a place at the same time. */
export function replicasOf(object: KubeObject): number {
  const replicas = valueAt(object, ['spec', 'replicas']);
  return typeof replicas === 'number' ? replicas : 1;
}

function podLabelsOf(object: KubeObject): Readonly<Record<string, string>> {
  const metadata = object.kind === 'Pod' ? object.metadata : asRecord(valueAt(object, [...podSpecPath(object).slice(0, -1), 'metadata']));
  return asRecord(metadata['labels']) as Readonly<Record<string, string>>;
}

/** Nodes in service that the pod may and can go to, were they empty. */
export function eligibleNodes(workload: KubeObject, { nodes }: Surroundings): readonly KubeObject[] {
  const pod = podSpecOf(workload);
  return nodes.filter((node) => !isOutOfService(node) && matchesNode(pod, node) && untolerated(pod, node).length === 0 && tooLargeFor(pod, node).length === 0);
}

/** Whatever keeps the workload's pods from their place, the first thing only; undefined: nothing that the case shows. */
export function blockerOf(workload: KubeObject, around: Surroundings): Blocker | undefined {
  const pod = podSpecOf(workload);
  const { nodes } = around;
  const nodeName = pod['nodeName'];
  // A live pod that has found its node names it; a template that does is the fault.
  if (nodeName !== undefined && workload.kind !== 'Pod') return nodes.some(({ metadata }) => metadata.name === nodeName) ? undefined : 'NodeNotFound';
  if ((pod['schedulerName'] ?? 'default-scheduler') !== 'default-scheduler' && !around.pods.some((other) => valueAt(other, ['spec', 'schedulerName']) === pod['schedulerName'])) return 'UnknownScheduler';
  if (asList(pod['schedulingGates']).length > 0) return 'SchedulingGated';
  const inService = nodes.filter((node) => !isOutOfService(node));
  const matching = inService.filter((node) => matchesNode(pod, node));
  if (matching.length === 0) return 'NodeSelector';
  const tolerated = matching.filter((node) => untolerated(pod, node).length === 0);
  if (tolerated.length === 0) return 'Taint';
  const eligible = tolerated.filter((node) => tooLargeFor(pod, node).length === 0);
  if (eligible.length === 0) return 'InsufficientResources';
  if (isShutOutByPorts(workload, eligible, around)) return 'HostPort';
  if (!canSpread(workload, eligible, nodes)) return 'TopologySpread';
  return canKeepCompany(workload, eligible, around) ? undefined : 'PodAffinity';
}

/** `TCP/8443` of every port of its node that a pod takes. */
export function hostPortsOf(pod: Json): readonly string[] {
  return asList(pod['containers']).flatMap((container) => asList(container['ports'])).flatMap(({ hostPort, protocol = 'TCP' }) => (hostPort === undefined ? [] : [`${String(protocol)}/${String(hostPort)}`]));
}

function isShutOutByPorts(workload: KubeObject, eligible: readonly KubeObject[], { pods }: Surroundings): boolean {
  const wanted = hostPortsOf(podSpecOf(workload));
  if (wanted.length === 0) return false;
  const free = eligible.filter((node) => !pods.some((other) => valueAt(other, ['spec', 'nodeName']) === node.metadata.name && hostPortsOf(asRecord(other['spec'])).some((port) => wanted.includes(port))));
  return workload.kind !== 'DaemonSet' && replicasOf(workload) > free.length;
}

function canSpread(workload: KubeObject, eligible: readonly KubeObject[], nodes: readonly KubeObject[]): boolean {
  const pod = podSpecOf(workload);
  const hard = asList(pod['topologySpreadConstraints']).filter(({ whenUnsatisfiable = 'DoNotSchedule' }) => whenUnsatisfiable === 'DoNotSchedule');
  return hard.every(({ topologyKey, maxSkew = 1, minDomains = 1, labelSelector }) => {
    const domains = (list: readonly KubeObject[]) => new Set(list.flatMap((node) => labelsOf(node)[String(topologyKey)] ?? []));
    const reachable = domains(eligible);
    if (reachable.size === 0) return false;
    if (!selects(labelSelector, podLabelsOf(workload))) return true;
    // A domain that counts and takes no pod stays empty, and nobody may get further ahead of it than the skew.
    const counted = domains(nodes.filter((node) => matchesNode(pod, node)));
    const isHeldBack = counted.size < Number(minDomains) || counted.size > reachable.size;
    return !isHeldBack || replicasOf(workload) <= Number(maxSkew) * reachable.size;
  });
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';

function canKeepCompany(workload: KubeObject, eligible: readonly KubeObject[], { pods, nodes }: Surroundings): boolean {
  const pod = podSpecOf(workload);
  const own = podLabelsOf(workload);
  const nodeOf = (other: KubeObject) => nodes.find(({ metadata }) => metadata.name === valueAt(other, ['spec', 'nodeName']));
  const isElsewhere = (term: Json) => term['namespaceSelector'] !== undefined || (Array.isArray(term['namespaces']) && term['namespaces'].some((namespace) => namespace !== workload.metadata.namespace));
  const near = (term: Json) => new Set(pods.filter((other) => selects(term['labelSelector'], other.metadata.labels ?? {})).flatMap((other) => labelsOf(nodeOf(other) ?? other)[String(term['topologyKey'])] ?? []));
  const domainOf = (node: KubeObject, term: Json) => labelsOf(node)[String(term['topologyKey'])];
  const wanted = asList(valueAt(pod, ['affinity', 'podAffinity', REQUIRED])).filter((term) => !isElsewhere(term));
  const joins = (term: Json, node: KubeObject) => domainOf(node, term) !== undefined && (near(term).has(domainOf(node, term) ?? '') || selects(term['labelSelector'], own));
  const unwanted = asList(valueAt(pod, ['affinity', 'podAntiAffinity', REQUIRED])).filter((term) => !isElsewhere(term));
  const free = eligible.filter((node) => wanted.every((term) => joins(term, node)) && !unwanted.some((term) => near(term).has(domainOf(node, term) ?? '')));
  if (free.length === 0) return false;
  return unwanted.filter((term) => selects(term['labelSelector'], own)).every((term) => free.some((node) => domainOf(node, term) === undefined) || replicasOf(workload) <= new Set(free.map((node) => domainOf(node, term))).size);
}

/** How far a workload gets on its way to a node; the further, the better. */
export function progressOf(blocker: Blocker | undefined): number {
  return blocker === undefined ? BLOCKERS.length : BLOCKERS.indexOf(blocker);
}

/** The pod asks for less of one of these resources than the other does. */
export function asksForLess(pod: Json, than: Json, resources: readonly string[]): boolean {
  const [less, more] = [requestsOf(pod), requestsOf(than)];
  return resources.some((name) => (less.get(name) ?? 0n) < (more.get(name) ?? 0n)) && resources.every((name) => (less.get(name) ?? 0n) <= (more.get(name) ?? 0n));
}
