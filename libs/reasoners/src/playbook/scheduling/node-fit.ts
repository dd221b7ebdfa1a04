import { readQuantity } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import { asList, asRecord, valueAt, type Json } from '../workload.ts';

/** What a pod and a node say to each other, as far as it does not depend on other pods. */
type Labels = Readonly<Record<string, string>>;

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

/** Taints that the control plane sets while a node is not fit; nothing that a workload asks for should tolerate them. */
const LIFECYCLE = /^(?:node\.kubernetes\.io|node\.cloudprovider\.kubernetes\.io)\//;
/** Taints of nodes that are not for workloads at all. */
const CONTROL_PLANE = /^node-role\.kubernetes\.io\/(?:control-plane|master)$/;

export function taintsOf(node: KubeObject): readonly Taint[] {
  return asList(valueAt(node, ['spec', 'taints'])).map(({ key, value, effect }) => ({ key: String(key), value: value === undefined ? '' : String(value), effect: String(effect) }));
}

export const isLifecycleTaint = ({ key }: Taint): boolean => LIFECYCLE.test(key);
export const isControlPlaneTaint = ({ key }: Taint): boolean => CONTROL_PLANE.test(key);
const isHard = ({ effect }: Taint): boolean => effect !== 'PreferNoSchedule';

/** A node that takes no new pods now, whatever they ask for. */
export function isOutOfService(node: KubeObject): boolean {
  const ready = asList(valueAt(node, ['status', 'conditions'])).find(({ type }) => type === 'Ready');
  return valueAt(node, ['spec', 'unschedulable']) === true || (ready !== undefined && ready['status'] !== 'True') || taintsOf(node).some((taint) => isHard(taint) && isLifecycleTaint(taint));
}

/** Taints that keep the pod away, without those that pass. */
export function untolerated(pod: Json, node: KubeObject): readonly Taint[] {
  const tolerations = asList(pod['tolerations']);
  return taintsOf(node).filter((taint) => isHard(taint) && !isLifecycleTaint(taint) && !tolerations.some((toleration) => tolerates(toleration, taint)));
}

function tolerates({ key, operator = 'Equal', value = '', effect }: Json, taint: Taint): boolean {
  if (effect !== undefined && effect !== '' && effect !== taint.effect) return false;
  if (key === undefined || key === '') return operator === 'Exists';
  return key === taint.key && (operator === 'Exists' || String(value) === taint.value);
}

export function labelsOf(node: KubeObject): Labels {
  return node.metadata.labels ?? {};
}

/** Node selector and required node affinity. */
export function matchesNode(pod: Json, node: KubeObject): boolean {
  const labels = labelsOf(node);
  if (!Object.entries(asRecord(pod['nodeSelector'])).every(([key, value]) => labels[key] === String(value))) return false;
  const terms = valueAt(pod, ['affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms']);
  if (!Array.isArray(terms)) return true;
  return asList(terms).some((term) => asList(term['matchExpressions']).every((one) => meets(one, labels)) && asList(term['matchFields']).every((one) => meets(one, { 'metadata.name': node.metadata.name })));
}

export function meets({ key, operator, values }: Json, labels: Labels): boolean {
  const value = labels[String(key)];
  const wanted = Array.isArray(values) ? values.map(String) : [];
  switch (operator) {
    case 'In': return value !== undefined && wanted.includes(value);
    case 'NotIn': return value === undefined || !wanted.includes(value);
    case 'Exists': return value !== undefined;
    case 'DoesNotExist': return value === undefined;
    case 'Gt': return value !== undefined && Number(value) > Number(wanted[0]);
    case 'Lt': return value !== undefined && Number(value) < Number(wanted[0]);
    default: return false;
  }
}

/** A label selector over a pod's labels; an absent one means no pod. */
export function selects(selector: unknown, labels: Labels): boolean {
  if (selector === undefined || selector === null) return false;
  const { matchLabels, matchExpressions } = asRecord(selector);
  return Object.entries(asRecord(matchLabels)).every(([key, value]) => labels[key] === String(value)) && asList(matchExpressions).every((one) => meets(one, labels));
}

/** What the pod asks of a node, in base units: its containers together, or its largest init container where that is more. */
export function requestsOf(pod: Json): ReadonlyMap<string, bigint> {
  const sidecars = asList(pod['initContainers']).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const total = new Map<string, bigint>();
  for (const container of [...asList(pod['containers']), ...sidecars]) for (const [name, amount] of amountsOf(container)) total.set(name, (total.get(name) ?? 0n) + amount);
  for (const container of asList(pod['initContainers'])) for (const [name, amount] of amountsOf(container)) if (amount > (total.get(name) ?? 0n)) total.set(name, amount);
  return total;
}

function amountsOf(container: Json): readonly (readonly [string, bigint])[] {
  const { requests, limits } = asRecord(container['resources']);
  return Object.entries({ ...asRecord(limits), ...asRecord(requests) }).map(([name, amount]) => [name, readQuantity(String(amount)) ?? 0n]);
}

/** Resources of which the pod asks for more than the node has when it is empty. */
export function tooLargeFor(pod: Json, node: KubeObject): readonly string[] {
  const allocatable = asRecord(valueAt(node, ['status', 'allocatable']));
  return [...requestsOf(pod)].filter(([name, wanted]) => wanted > 0n && wanted > (readQuantity(String(allocatable[name] ?? '0')) ?? 0n)).map(([name]) => name);
}
