import { readQuantity } from '@fleetmend/kernel';
import { matchesSelector, meets } from '../runtime/selectors.ts';
import type { Node, Taint } from '../shapes/cluster.ts';
import type { Amounts, Container, Pod, PodAffinityTerm, Toleration } from '../shapes/pod.ts';

/** The cluster as one scheduling attempt sees it. */
export interface Snapshot {
  readonly nodes: readonly Node[];
  /** Bound pods that hold resources, by node. */
  readonly podsOn: ReadonlyMap<string, readonly Pod[]>;
}

export interface Misfit {
  /** In the scheduler's words. */
  readonly reasons: readonly string[];
  /** Whether evicting other pods could help. */
  readonly helpless: boolean;
}

/** Why the pod cannot go to the node: the first filter that says no, as the real scheduler stops there; `undefined` where it fits. */
export function findMisfit(pod: Pod, node: Node, snapshot: Snapshot): Misfit | undefined {
  const unschedulable = node.spec?.unschedulable && !tolerates(pod.spec.tolerations, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' });
  if (unschedulable) return helpless('node(s) were unschedulable');
  const taint = node.spec?.taints?.find((candidate) => candidate.effect !== 'PreferNoSchedule' && !tolerates(pod.spec.tolerations, candidate));
  if (taint) return helpless(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`);
  if (!matchesNode(pod, node)) return helpless("node(s) didn't match Pod's node affinity/selector");
  const here = snapshot.podsOn.get(node.metadata.name) ?? [];
  if (portsClash(pod, here)) return { reasons: ["node(s) didn't have free ports for the requested pod ports"], helpless: false };
  return resourceMisfit(pod, node, here) ?? spreadMisfit(pod, node, snapshot) ?? affinityMisfit(pod, node, snapshot);
}

function helpless(reason: string): Misfit {
  return { reasons: [reason], helpless: true };
}

export function tolerates(tolerations: readonly Toleration[] | undefined, taint: Taint): boolean {
  return (tolerations ?? []).some(({ key, operator = 'Equal', value = '', effect }) => {
    if (effect && effect !== taint.effect) return false;
    if (!key) return operator === 'Exists';
    return key === taint.key && (operator === 'Exists' || value === (taint.value ?? ''));
  });
}

export function matchesNode({ spec }: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  if (!Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (!terms) return true;
  return terms.some(({ matchExpressions = [], matchFields = [] }) => {
    if (matchExpressions.length + matchFields.length === 0) return false;
    return matchExpressions.every((one) => meets(one, labels)) && matchFields.every((one) => meets(one, { 'metadata.name': node.metadata.name }));
  });
}

function portsClash(pod: Pod, here: readonly Pod[]): boolean {
  const wanted = hostPorts(pod);
  const taken = new Set(here.flatMap(hostPorts));
  return wanted.some((port) => taken.has(port));
}

function hostPorts({ spec }: Pod): readonly string[] {
  return spec.containers.flatMap(({ ports = [] }) => ports.filter(({ hostPort }) => hostPort).map(({ hostPort, protocol = 'TCP' }) => `${protocol}/${hostPort}`));
}

function resourceMisfit(pod: Pod, node: Node, here: readonly Pod[]): Misfit | undefined {
  const allocatable = node.status?.allocatable ?? {};
  const reasons: string[] = [];
  let isHelpless = false;
  if (here.length + 1 > Number(allocatable['pods'] ?? 110)) reasons.push('Too many pods');
  for (const [name, wanted] of podRequests(pod)) {
    const room = readQuantity(allocatable[name]) ?? 0n;
    const used = here.reduce((sum, other) => sum + (podRequests(other).get(name) ?? 0n), 0n);
    if (wanted === 0n || used + wanted <= room) continue;
    reasons.push(`Insufficient ${name}`);
    if (wanted > room) isHelpless = true;
  }
  return reasons.length > 0 ? { reasons, helpless: isHelpless } : undefined;
}

/** What the pod asks of a node: its containers together, or its largest init container where that is more. */
export function podRequests({ spec }: Pod): ReadonlyMap<string, bigint> {
  const apps = [...spec.containers, ...(spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')];
  const total = new Map<string, bigint>();
  for (const container of apps) for (const [name, amount] of requestsOf(container)) total.set(name, (total.get(name) ?? 0n) + amount);
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') continue;
    for (const [name, amount] of requestsOf(container)) if (amount > (total.get(name) ?? 0n)) total.set(name, amount);
  }
  return total;
}

function requestsOf({ resources }: Container): readonly (readonly [string, bigint])[] {
  const amounts: Amounts = { ...resources?.limits, ...resources?.requests };
  return Object.entries(amounts).map(([name, amount]) => [name, readQuantity(amount) ?? 0n]);
}

function spreadMisfit(pod: Pod, node: Node, { nodes, podsOn }: Snapshot): Misfit | undefined {
  for (const { whenUnsatisfiable, topologyKey, labelSelector, maxSkew } of pod.spec.topologySpreadConstraints ?? []) {
    if (whenUnsatisfiable !== 'DoNotSchedule') continue;
    const domain = node.metadata.labels?.[topologyKey];
    if (domain === undefined) return helpless("node(s) didn't match pod topology spread constraints (missing required label)");
    const counts = new Map<string, number>();
    for (const other of nodes) {
      const name = other.metadata.labels?.[topologyKey];
      if (name === undefined || !matchesNode(pod, other)) continue;
      const matching = (podsOn.get(other.metadata.name) ?? []).filter(({ metadata }) => metadata.namespace === pod.metadata.namespace && matchesSelector(labelSelector, metadata.labels));
      counts.set(name, (counts.get(name) ?? 0) + matching.length);
    }
    const skew = (counts.get(domain) ?? 0) + 1 - Math.min(...counts.values());
    if (skew > maxSkew) return { reasons: ["node(s) didn't match pod topology spread constraints"], helpless: false };
  }
  return undefined;
}

function affinityMisfit(pod: Pod, node: Node, { nodes, podsOn }: Snapshot): Misfit | undefined {
  const domainPods = ({ topologyKey, labelSelector, namespaces }: PodAffinityTerm): boolean => {
    const domain = node.metadata.labels?.[topologyKey];
    if (domain === undefined) return false;
    const spaces = namespaces ?? [pod.metadata.namespace ?? 'default'];
    return nodes
      .filter(({ metadata }) => metadata.labels?.[topologyKey] === domain)
      .flatMap(({ metadata }) => podsOn.get(metadata.name) ?? [])
      .some(({ metadata }) => spaces.includes(metadata.namespace ?? 'default') && matchesSelector(labelSelector, metadata.labels));
  };
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const wanted = podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  // The first pod of a group that wants to be near itself may go anywhere.
  const missing = wanted.find((term) => !domainPods(term) && !(matchesSelector(term.labelSelector, pod.metadata.labels) && node.metadata.labels?.[term.topologyKey] !== undefined));
  if (missing) return helpless("node(s) didn't match pod affinity rules");
  const unwanted = podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return unwanted.some(domainPods) ? { reasons: ["node(s) didn't match pod anti-affinity rules"], helpless: false } : undefined;
}
