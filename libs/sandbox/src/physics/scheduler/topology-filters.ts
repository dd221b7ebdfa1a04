import { matchesSelector } from '../runtime/selectors.ts';
import type { Node } from '../shapes/cluster.ts';
import type { LabelSelector, Pod, PodAffinityTerm, TopologySpreadConstraint } from '../shapes/pod.ts';
import { helpless, matchesNode, untoleratedTaint } from './node-match.ts';
import type { Misfit, Snapshot } from './node-match.ts';

type Labels = Readonly<Record<string, string>>;

const isLeaving = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined;

/** Hard spread constraints: the node's domain may not be more than `maxSkew` pods ahead of the emptiest one. */
export function spreadMisfit(pod: Pod, node: Node, snapshot: Snapshot): Misfit | undefined {
  const hard = (pod.spec.topologySpreadConstraints ?? []).filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule');
  const counted = snapshot.nodes.filter((other) => hard.every(({ topologyKey }) => other.metadata.labels?.[topologyKey] !== undefined));
  for (const constraint of hard) {
    const domain = node.metadata.labels?.[constraint.topologyKey];
    if (domain === undefined) return helpless("node(s) didn't match pod topology spread constraints (missing required label)");
    const counts = countByDomain(pod, constraint, counted.filter((other) => takesPart(pod, other, constraint)), snapshot);
    const fewest = counts.size < (constraint.minDomains ?? 1) ? 0 : Math.min(...counts.values());
    const self = matchesConstraint(pod, constraint, pod.metadata.labels) ? 1 : 0;
    if ((counts.get(domain) ?? 0) + self - fewest > constraint.maxSkew) return { reasons: ["node(s) didn't match pod topology spread constraints"], helpless: false };
  }
  return undefined;
}

function countByDomain(pod: Pod, constraint: TopologySpreadConstraint, nodes: readonly Node[], { podsOn }: Snapshot): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { metadata } of nodes) {
    const name = metadata.labels?.[constraint.topologyKey] ?? '';
    const matching = (podsOn.get(metadata.name) ?? []).filter((other) => !isLeaving(other) && other.metadata.namespace === pod.metadata.namespace && matchesConstraint(pod, constraint, other.metadata.labels));
    counts.set(name, (counts.get(name) ?? 0) + matching.length);
  }
  return counts;
}

/** By default nodes that the pod's selector shuts out do not count, and tainted ones do. */
function takesPart(pod: Pod, node: Node, { nodeAffinityPolicy = 'Honor', nodeTaintsPolicy = 'Ignore' }: TopologySpreadConstraint): boolean {
  if (nodeAffinityPolicy === 'Honor' && !matchesNode(pod, node)) return false;
  return nodeTaintsPolicy === 'Ignore' || untoleratedTaint(pod, node) === undefined;
}

function matchesConstraint(pod: Pod, { labelSelector, matchLabelKeys = [] }: TopologySpreadConstraint, labels: Labels | undefined): boolean {
  return matchesSelector(withKeys(labelSelector, matchLabelKeys, pod.metadata.labels), labels);
}

function withKeys(selector: LabelSelector | undefined, keys: readonly string[], own: Labels = {}): LabelSelector | undefined {
  const extra = Object.fromEntries(keys.flatMap((key) => (own[key] === undefined ? [] : [[key, own[key]]])));
  return selector && { ...selector, matchLabels: { ...selector.matchLabels, ...extra } };
}

/** Required affinity and anti-affinity between pods, in the order in which the real filter looks: affinity, own anti-affinity, that of pods that are there. */
export function affinityMisfit(pod: Pod, node: Node, snapshot: Snapshot): Misfit | undefined {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const wanted = podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const missing = wanted.find((term) => !isInDomain(pod, term, node, snapshot) && !isFirstOfItsKind(pod, term, node, snapshot));
  if (missing) return helpless("node(s) didn't match pod affinity rules");
  const unwanted = podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  if (unwanted.some((term) => isInDomain(pod, term, node, snapshot))) return { reasons: ["node(s) didn't match pod anti-affinity rules"], helpless: false };
  return isUnwelcome(pod, node, snapshot) ? { reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"], helpless: false } : undefined;
}

function isInDomain(pod: Pod, term: PodAffinityTerm, node: Node, snapshot: Snapshot): boolean {
  return podsInDomain(term.topologyKey, node, snapshot).some((other) => meansPod(pod, term, other));
}

function podsInDomain(topologyKey: string, node: Node, { nodes, podsOn }: Snapshot): readonly Pod[] {
  const domain = node.metadata.labels?.[topologyKey];
  if (domain === undefined) return [];
  return nodes.filter(({ metadata }) => metadata.labels?.[topologyKey] === domain).flatMap(({ metadata }) => podsOn.get(metadata.name) ?? []);
}

/** Whether `term` of `owner` is about the other pod. An empty namespace selector means every namespace. */
function meansPod(owner: Pod, { labelSelector, namespaces, namespaceSelector, matchLabelKeys = [] }: PodAffinityTerm, other: Pod): boolean {
  const home = owner.metadata.namespace ?? 'default';
  const everywhere = namespaceSelector !== undefined && Object.keys(namespaceSelector).length === 0;
  const spaces = namespaces && namespaces.length > 0 ? namespaces : [home];
  if (!everywhere && !spaces.includes(other.metadata.namespace ?? 'default')) return false;
  return matchesSelector(withKeys(labelSelector, matchLabelKeys, owner.metadata.labels), other.metadata.labels);
}

/** The first pod of a group that wants to be near itself may go to any node that has the label. */
function isFirstOfItsKind(pod: Pod, term: PodAffinityTerm, node: Node, { podsOn }: Snapshot): boolean {
  if (node.metadata.labels?.[term.topologyKey] === undefined || !meansPod(pod, term, pod)) return false;
  return ![...podsOn.values()].flat().some((other) => meansPod(pod, term, other));
}

function isUnwelcome(pod: Pod, node: Node, snapshot: Snapshot): boolean {
  const terms = [...snapshot.podsOn.values()].flat().flatMap((other) => (other.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => ({ other, term })));
  return terms.some(({ other, term }) => meansPod(other, term, pod) && podsInDomain(term.topologyKey, node, snapshot).includes(other));
}
