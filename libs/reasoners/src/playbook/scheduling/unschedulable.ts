import { canonicalJson } from '@fleetmend/kernel';
import type { Action, FieldAction, KubeObject } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { commitWords, placeWords, restore } from '../changes-in-effect.ts';
import type { Rule } from '../rule.ts';
import { claimForPod } from '../storage/claim-for-pod.ts';
import { scalerOf } from '../target-changes.ts';
import { withValue } from '../with-value.ts';
import { asList, asRecord, valueAt } from '../workload.ts';
import { isControlPlaneTaint, isOutOfService, matchesNode, requestsOf, tooLargeFor, untolerated } from './node-fit.ts';
import { nearPlaces } from './near-places.ts';
import { asksForLess, blockerOf, eligibleNodes, hostPortsOf, podSpecOf, podsOf, progressOf, surroundingsOf, type Surroundings } from './placement.ts';
import { placementChanges, type PlacementChange, type PlacementField } from './placement-changes.ts';
import { noPlace } from './no-place.ts';
import { reachesVolumes } from './volume-places.ts';
import { portRemovals } from './host-port.ts';
import { floorRaised } from './floor-raised.ts';

const CITES = ['event', 'object', 'history', 'node'] as const;

/**
 * A pod that finds no place gets back what it asked for when it found one, or the name that it was meant to ask for; each proved against the
 * nodes that are there. Where nodes are missing, or full, a person hears of it.
 */
export const unschedulable: Rule = (kase) => {
  const said = wordsOf(kase);
  const claim = claimForPod(kase, said);
  if (claim) return claim;
  const around = surroundingsOf(kase);
  const blocker = blockerOf(kase.target, around);
  const isProven = runsAsItIs(kase);
  const missed = missedNodes(kase.target, around);
  if (missed.length > 0 && isProven) return noPlace(kase, { said, blocker, missed, around });
  const back = changesThatHelp(kase, { said, around, isProven });
  const near = nearPlaces(kase, around).filter((action) => helps(kase.target, applied(kase.target, action), around));
  // What was added with a slip in it is mended; what was changed goes back.
  const isAddition = back[0]?.change.before === undefined;
  const goBack = back.map(({ change }) => restore(kase, change));
  const ports = blocker === 'HostPort' || /free ports/.test(said) ? portRemovals(kase) : [];
  const candidates = distinct([...(isAddition ? [...near, ...goBack] : [...goBack, ...near]), ...ports]);
  if (candidates.length === 0) return floorRaised(kase, said) ?? noPlace(kase, { said, blocker, missed, around });
  return { cause: causeOf(kase, candidates[0], back[0]), confidence: back.length > 0 ? 0.85 : 0.75, cites: CITES, candidates };
};

/** What the scheduler says of the target's pods now; the request keeps what it said first. */
export function wordsOf(kase: Case): string {
  const waiting = podsOf(kase).flatMap((pod) => asList(valueAt(pod, ['status', 'conditions'])).filter(({ type, status }) => type === 'PodScheduled' && status === 'False').map(({ message }) => String(message ?? '')));
  return waiting[0] ?? kase.request.spec.failure.message;
}

/** A ready pod asks for the very same place: the template has proved that it can be placed. */
function runsAsItIs(kase: Case): boolean {
  const wanted = askOf(podSpecOf(kase.target));
  return podsOf(kase).some((pod) => asList(valueAt(pod, ['status', 'conditions'])).some(({ type, status }) => type === 'Ready' && status === 'True') && askOf(podSpecOf(pod)) === wanted);
}

function askOf(pod: Readonly<Record<string, unknown>>): string {
  return canonicalJson({ requests: [...requestsOf(pod)].map(([name, amount]) => `${name}=${amount}`).sort(), selector: pod['nodeSelector'] ?? {}, affinity: valueAt(pod, ['affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution']) ?? {}, tolerations: asList(pod['tolerations']).filter(({ key }) => !String(key).startsWith('node.kubernetes.io/')) });
}

/** Nodes out of service that would take the pod otherwise. */
function missedNodes(target: KubeObject, { nodes }: Surroundings): readonly KubeObject[] {
  const pod = podSpecOf(target);
  return nodes.filter((node) => isOutOfService(node) && matchesNode(pod, node) && untolerated(pod, node).length === 0 && tooLargeFor(pod, node).length === 0);
}

interface Moment {
  readonly said: string;
  readonly around: Surroundings;
  readonly isProven: boolean;
}

function changesThatHelp(kase: Case, moment: Moment): readonly PlacementChange[] {
  // A selector and a toleration with which pods run are right, whatever has become of the nodes since.
  const all = placementChanges(kase).filter(({ field }) => !moment.isProven || (field !== 'NodeSelector' && field !== 'Taint'));
  const blocked = blockerOf(kase.target, moment.around);
  const helpful = (one: PlacementChange): boolean => {
    const restored = withValue(kase.target, one.change.path, one.change.before);
    if (blocked !== undefined) return helps(kase.target, restored, moment.around);
    return blockerOf(restored, moment.around) === undefined && makesRoom(kase, one, restored, moment);
  };
  // Where the last value was wrong already, an older one may do.
  const useful = all.flatMap((one) => earlierOf(kase, one).find(helpful) ?? []);
  // A hard wish for distance between replicas is kept before the number that it cannot hold.
  return useful.toSorted((a, b) => Number(b.field === 'Replicas') - Number(a.field === 'Replicas'));
}

function earlierOf(kase: Case, one: PlacementChange): readonly PlacementChange[] {
  const key = canonicalJson([one.change.object, one.change.path]);
  const older = kase.changes.filter((change) => change.at < one.change.at && canonicalJson([change.object, change.path]) === key);
  return [one, ...older.map((change): PlacementChange => ({ field: one.field, change: { ...one.change, before: change.before, beforeCommit: change.beforeCommit } }))].filter((candidate) => mayGoBack(kase, candidate));
}

/** Whether the rules may undo such a change at all. */
function mayGoBack(kase: Case, { field, change }: PlacementChange): boolean {
  if (field === 'Replicas') return scalerOf(kase) === undefined && typeof change.before === 'number' && typeof change.after === 'number' && change.before < change.after && change.before > 0;
  // What asked for nothing before cannot be told from what had a guard taken out.
  if (field === 'Resources') return change.before !== undefined;
  if (field === 'Taint') return !asList(change.before).concat([{ key: change.before }]).some(({ key }) => typeof key === 'string' && isControlPlaneTaint({ key, value: '', effect: '' }));
  // The pod that is to go first was what made room for the next one.
  if (field === 'Strategy') return change.before === 'Recreate' || asRecord(change.before)['type'] === 'Recreate';
  return field !== 'Claim';
}

function helps(before: KubeObject, after: KubeObject, around: Surroundings): boolean {
  return progressOf(blockerOf(after, around)) > progressOf(blockerOf(before, around));
}

/** The nodes would do if they were empty: only what the scheduler names can be in the way. */
function makesRoom(kase: Case, { field }: PlacementChange, restored: KubeObject, { said, around, isProven }: Moment): boolean {
  const short = [...said.matchAll(/Insufficient ([-\w./]*\w)/g)].flatMap(([, name]) => name ?? []);
  const opens = () => eligibleNodes(restored, around).length > eligibleNodes(kase.target, around).length;
  // Replicas that run as they are prove the template: there are too many of them for the nodes, and how many are wanted is for people to say.
  const isCrowded = isProven && (scalerOf(kase) !== undefined || placementChanges(kase).some((one) => one.field === 'Replicas' && Number(one.change.after) > Number(one.change.before)));
  const relevant: Partial<Record<PlacementField, boolean>> = {
    Resources: short.length > 0 && !isCrowded && asksForLess(podSpecOf(restored), podSpecOf(kase.target), short),
    NodeSelector: opens() || (/PersistentVolume's node affinity|volume node affinity/.test(said) && !reachesVolumes(kase, kase.target, around) && reachesVolumes(kase, restored, around)),
    Taint: opens(),
    HostPort: /free ports/.test(said),
    Strategy: /free ports/.test(said) && hostPortsOf(podSpecOf(kase.target)).length > 0,
    TopologySpread: /topology spread/.test(said),
    PodAffinity: /affinity rules/.test(said),
    Replicas: /free ports|topology spread|anti-affinity rules/.test(said),
    Priority: /Insufficient|Too many pods/.test(said) && kase.evidence.some(({ text }) => /\bPreempt/.test(text)),
  };
  return relevant[field] === true;
}

function applied(target: KubeObject, { fields }: FieldAction): KubeObject {
  return fields.reduce((object, { path, value }) => withValue(object, path.at(-1) === '-' ? [...path.slice(0, -1), String(asList(valueAt(object, path.slice(0, -1))).length)] : path, value ?? undefined), ensureLists(target, fields));
}

/** An item that is added to a list that is not there yet. */
function ensureLists(target: KubeObject, fields: FieldAction['fields']): KubeObject {
  return fields.filter(({ path }) => path.at(-1) === '-' && valueAt(target, path.slice(0, -1)) === undefined).reduce((object, { path }) => withValue(object, path.slice(0, -1), []), target);
}

function distinct(actions: readonly Action[]): readonly Action[] {
  return actions.filter((action, index) => actions.findIndex((other) => canonicalJson(other) === canonicalJson(action)) === index);
}

function causeOf(kase: Case, first: Action | undefined, back: PlacementChange | undefined): string {
  const name = `${kase.target.kind} ${kase.target.metadata.name}`;
  if (first?.action === 'restoreField' && back) return `pods of ${name} find no node since ${commitWords(back.change)} changed ${placeWords(back.change.path)}`;
  const field = first?.action === 'setScheduling' ? first.fields.at(-1) : undefined;
  return field === undefined ? `pods of ${name} find no node` : `pods of ${name} find no node: ${placeWords(field.path)} asks for what no node has`;
}

