import { readQuantity } from '@fleetmend/kernel';
import type { Node } from '../shapes/cluster.ts';
import type { Amounts, Container, Pod } from '../shapes/pod.ts';
import { helpless, matchesNode, tolerates, untoleratedTaint } from './node-match.ts';
import type { Misfit, Snapshot } from './node-match.ts';
import { affinityMisfit, spreadMisfit } from './topology-filters.ts';
import { volumeMisfit } from './volume-filters.ts';
import type { PodClaims } from './volume-filters.ts';

/** Why the pod cannot go to the node: the first filter that says no, as the real scheduler stops there; `undefined` where it fits. */
export function findMisfit(pod: Pod, node: Node, snapshot: Snapshot, claims: PodClaims): Misfit | undefined {
  const unschedulable = node.spec?.unschedulable && !tolerates(pod.spec.tolerations, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' });
  if (unschedulable) return helpless('node(s) were unschedulable');
  // Up to 1.33 the message named the first taint; 1.34 does not.
  if (untoleratedTaint(pod, node)) return helpless('node(s) had untolerated taint(s)');
  if (!matchesNode(pod, node)) return helpless("node(s) didn't match Pod's node affinity/selector");
  const here = snapshot.podsOn.get(node.metadata.name) ?? [];
  if (portsClash(pod, here)) return { reasons: ["node(s) didn't have free ports for the requested pod ports"], helpless: false };
  return resourceMisfit(pod, node, here) ?? volumeMisfit(claims, node) ?? spreadMisfit(pod, node, snapshot) ?? affinityMisfit(pod, node, snapshot);
}

interface HostPort {
  readonly port: string;
  /** Empty for every address. */
  readonly address: string;
}

function portsClash(pod: Pod, here: readonly Pod[]): boolean {
  const taken = here.flatMap(hostPorts);
  return hostPorts(pod).some((wanted) => taken.some((other) => other.port === wanted.port && (other.address === '' || wanted.address === '' || other.address === wanted.address)));
}

function hostPorts({ spec }: Pod): readonly HostPort[] {
  const ports = [...spec.containers, ...(spec.initContainers ?? []).filter(isSidecar)].flatMap((container) => container.ports ?? []);
  return ports.flatMap(({ hostPort, hostIP = '', protocol = 'TCP' }) => (hostPort ? [{ port: `${protocol}/${hostPort}`, address: hostIP === '0.0.0.0' ? '' : hostIP }] : []));
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

const isSidecar = ({ restartPolicy }: Container): boolean => restartPolicy === 'Always';

/** What the pod asks of a node: its containers together, or its largest init container where that is more, and its overhead. */
export function podRequests({ spec }: Pod): ReadonlyMap<string, bigint> {
  const apps = [...spec.containers, ...(spec.initContainers ?? []).filter(isSidecar)];
  const total = new Map<string, bigint>();
  for (const container of apps) for (const [name, amount] of requestsOf(container)) total.set(name, (total.get(name) ?? 0n) + amount);
  for (const container of spec.initContainers ?? []) {
    if (isSidecar(container)) continue;
    for (const [name, amount] of requestsOf(container)) if (amount > (total.get(name) ?? 0n)) total.set(name, amount);
  }
  for (const [name, amount] of Object.entries(spec.overhead ?? {})) total.set(name, (total.get(name) ?? 0n) + (readQuantity(amount) ?? 0n));
  return total;
}

function requestsOf({ resources }: Container): readonly (readonly [string, bigint])[] {
  const amounts: Amounts = { ...resources?.limits, ...resources?.requests };
  return Object.entries(amounts).map(([name, amount]) => [name, readQuantity(amount) ?? 0n]);
}
