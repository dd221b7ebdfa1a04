import { canonicalJson } from '@fleetmend/kernel';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { changesInEffect, isTarget, valueIn } from '../changes-in-effect.ts';
import { placeOf, valueInGit } from '../target-changes.ts';

/** What of a workload a field decides about its place. */
export type PlacementField = 'NodeSelector' | 'Taint' | 'Resources' | 'HostPort' | 'TopologySpread' | 'PodAffinity' | 'Claim' | 'NodeName' | 'Scheduler' | 'Gates' | 'Priority' | 'Replicas' | 'Strategy';

/** Fields of which the parts only mean something together are put back as a whole. */
const FIELDS: readonly { readonly field: PlacementField; readonly pattern: RegExp; readonly whole?: RegExp }[] = [
  { field: 'NodeSelector', pattern: /^\{pod\}\/nodeSelector(\/|$)/ },
  { field: 'NodeSelector', pattern: /^\{pod\}\/affinity\/nodeAffinity(\/|$)/, whole: /^\{pod\}\/affinity\/nodeAffinity/ },
  { field: 'PodAffinity', pattern: /^\{pod\}\/affinity\/podAffinity(\/|$)/, whole: /^\{pod\}\/affinity\/podAffinity/ },
  { field: 'PodAffinity', pattern: /^\{pod\}\/affinity\/podAntiAffinity(\/|$)/, whole: /^\{pod\}\/affinity\/podAntiAffinity/ },
  { field: 'NodeSelector', pattern: /^\{pod\}\/affinity$/ },
  { field: 'Taint', pattern: /^\{pod\}\/tolerations(\/|$)/, whole: /^\{pod\}\/tolerations/ },
  { field: 'TopologySpread', pattern: /^\{pod\}\/topologySpreadConstraints(\/|$)/, whole: /^\{pod\}\/topologySpreadConstraints/ },
  { field: 'Resources', pattern: /^\{pod\}\/(?:containers|initContainers)\/\[[^\]]+\]\/resources(\/|$)/, whole: /^\{pod\}\/(?:containers|initContainers)\/\[[^\]]+\]\/resources/ },
  { field: 'HostPort', pattern: /^\{pod\}\/containers\/\[[^\]]+\]\/ports(\/[^/]+(\/hostPort)?)?$/ },
  { field: 'Claim', pattern: /^\{pod\}\/volumes\/[^/]+(\/persistentVolumeClaim(\/claimName)?)?$/ },
  { field: 'NodeName', pattern: /^\{pod\}\/nodeName$/ },
  { field: 'Scheduler', pattern: /^\{pod\}\/schedulerName$/ },
  { field: 'Gates', pattern: /^\{pod\}\/schedulingGates(\/|$)/, whole: /^\{pod\}\/schedulingGates/ },
  { field: 'Priority', pattern: /^\{pod\}\/priorityClassName$/ },
  { field: 'Replicas', pattern: /^spec\/replicas$/ },
  { field: 'Strategy', pattern: /^spec\/strategy(\/|$)/, whole: /^spec\/strategy/ },
];

export interface PlacementChange {
  readonly field: PlacementField;
  readonly change: GitChange;
}

/** The target's changes in Git that still stand and bear on where its pods go, newest first. */
export function placementChanges(kase: Case): readonly PlacementChange[] {
  const known = changesInEffect(kase).filter((change) => isTarget(kase, change.object) && change.path.length > 0).flatMap((change) => {
    const place = placeOf(kase, change.path);
    const found = FIELDS.find(({ pattern }) => pattern.test(place));
    return found ? [{ change, field: found.field, group: found.whole && `${change.commit} ${found.whole.exec(place)?.[0] ?? ''}` }] : [];
  });
  const done = new Set<string>();
  return known.flatMap(({ field, change, group }): readonly PlacementChange[] => {
    if (group === undefined) return [{ field, change }];
    if (done.has(group)) return [];
    done.add(group);
    const parts = known.filter((other) => other.group === group).map((other) => other.change);
    const joined = join(kase, change, parts);
    return joined ? [{ field, change: joined }] : parts.map((part) => ({ field, change: part }));
  });
}

/** Several changes of one commit as one change of what holds them all; undefined where a later commit went on from there. */
function join(kase: Case, first: GitChange, parts: readonly GitChange[]): GitChange | undefined {
  if (parts.length === 1) return first;
  const path = first.path.filter((segment, index) => parts.every((part) => part.path[index] === segment && part.path.slice(0, index).every((other, place) => other === first.path[place])));
  const [before, after] = [valueIn(kase, first.beforeCommit, first.object, path), valueIn(kase, first.commit, first.object, path)];
  return canonicalJson(after ?? null) === canonicalJson(valueInGit(kase, path) ?? null) ? { ...first, path, before, after } : undefined;
}
