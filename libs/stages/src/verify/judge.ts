import { minutes, parseTime, type Duration, type Instant } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import { failureClasses, fingerprintOfRequest, holdOf, renderRef, sameRef, type ClassSection, type ClusterProgress, type FailureClass, type HealthAnswer, type Verification } from '@fleetmend/model';
import { guardsDigest, objectOfPlan } from '../propose/baseline.ts';
import { isOfItsOwn, isOutOfSight, mayHaveHidden, showsBefore, type Open } from './later-symptom.ts';
import { awaitsNextTry, makesPods } from './next-try.ts';

export type Judged = Pick<Verification, 'state'> & { readonly message: string };

/** One cluster's answer, beside what is known of the change and of the time before it. */
interface Look {
  readonly view: Pick<View, 'request' | 'policy' | 'now'>;
  readonly baseline: ClusterProgress['baseline'];
  readonly health: HealthAnswer;
  readonly applied: Instant;
  /** A hold has passed since the change was applied. */
  readonly settled: boolean;
  /** What the request is about, as long as it is open. */
  readonly symptom: Open | undefined;
  /** Containers that begin only once that of the request has ended. */
  readonly later: ReadonlySet<string>;
  /** Somebody changed the files of our change after it, and that is what runs now. */
  readonly overtaken: boolean;
}

/** What is asked only before something counts as harm. */
export type SecondLook = Pick<Look, 'later' | 'overtaken'>;

/**
 * Worse first: harm must not be hidden by a recovery elsewhere. What the symptom itself had hidden is none. Then the symptom on a pod of
 * the merged template; then health. Everything in between is unclear, and unclear is an answer.
 */
export function judge(view: Look['view'], { name, baseline, rollout }: ClusterProgress, health: HealthAnswer, { later, overtaken }: SecondLook = { later: new Set(), overtaken: false }): Judged {
  const { failure } = view.request.spec;
  const own = fingerprintOfRequest(view.request.spec, name);
  const applied = parseTime(rollout?.appliedAt) ?? 0;
  const settled = view.now - applied >= holdOf(failure.class, view.policy.hold);
  const look: Look = { view, baseline, health, applied, settled, later, overtaken, symptom: health.findings.find((one) => one.fingerprint === own) };
  const harms = health.findings.filter((one) => one !== look.symptom && baseline?.findings.includes(one.fingerprint) !== true && isOnCurrent(one, health));
  return newHarm(look, harms) ?? brokenNeighbour(look) ?? changedGuard(look) ?? waiting(look) ?? fewerReady(look) ?? remaining(look) ?? standing(health);
}

/** A pod of the template of now has it, and is not ready. Who bears the name of a pod that is gone is another one. */
function isOnCurrent({ finding, dwelt }: Open, { pods }: HealthAnswer): boolean {
  return dwelt !== false && pods.some((pod) => pod.current && pod.name === finding.observation.pod && !pod.ready);
}

/**
 * A guard that somebody changed meanwhile is not our doing, and no revert of ours would undo it. Where it bears on the failure itself, nobody
 * can tell any more what it is that helped.
 */
function changedGuard({ view, baseline, health }: Look): Judged | undefined {
  const { status, spec } = view.request;
  if (baseline === undefined || guardsDigest(health, objectOfPlan(status.plan)) === baseline.guards) return undefined;
  const facts: { readonly section: ClassSection } | undefined = failureClasses[spec.failure.class as FailureClass];
  const bears = facts?.section === 'creating' || spec.failure.class === 'DisruptionBlocked';
  return bears ? { state: 'Unclear', message: 'a guard object changed: whether it is well for that cannot be told' } : undefined;
}

/** A second fault behind the first one is not our doing: ours ends, so that the other gets a request that may repair it. */
function newHarm({ view, baseline, health, settled, symptom, later, overtaken }: Look, harms: readonly Open[]): Judged | undefined {
  const [harm] = harms;
  if (harm === undefined) return undefined;
  const { spec, status } = view.request;
  const asMany = baseline !== undefined && health.ready >= Math.min(baseline.ready, health.desired);
  const order = symptom !== undefined && isOnCurrent(symptom, health) ? showsBefore(symptom, harms) : 'Before';
  if (order === 'Beside' || !asMany || !harms.every((one) => overtaken || mayHaveHidden(spec, one, later) || isOfItsOwn(spec, status.plan, one))) return { state: 'Worse', message: `new: ${harm.finding.class}` };
  const message = `${overtaken ? 'came with a later commit' : 'what it hid shows, or stood beside it'}: ${harm.finding.class}`;
  if (order === 'MaybeBefore') return { state: 'Unclear', message };
  // The agent closes a finding only once the target is healthy. On a pod of another template it says nothing about ours.
  if (symptom === undefined || isOutOfSight(symptom, health.at) || (settled && symptom.finding.observation.pod !== undefined)) return { state: 'Uncovered', message };
  return { state: settled ? 'StillFailing' : 'Unclear', message };
}

/** What others go by to find the target, or to scale it. */
const SEEN_BY_OTHERS = /(?:^|\/)(?:ports|labels|selector|requests)(?:\/|$)/;

/** What fails of others since, and is the target's doing, by a change of what they go by. Any other change cannot have brought it. */
function brokenNeighbour({ view, baseline, health }: Look): Judged | undefined {
  const { spec, status } = view.request;
  if (baseline === undefined || status.plan?.changes.some(({ path }) => SEEN_BY_OTHERS.test(path)) !== true) return undefined;
  const broken = health.findings.find(({ fingerprint, finding }) => spec.target !== undefined && !sameRef(finding.target, spec.target) && !baseline.findings.includes(fingerprint));
  return broken && { state: 'Worse', message: `new: ${broken.finding.class} of ${renderRef(broken.finding.target)}` };
}

/** Too early to say: the symptom shows, and may do so though what brought it is gone. */
function waiting({ view, health, applied, symptom }: Look): Judged | undefined {
  if (symptom === undefined || !isOnCurrent(symptom, health)) return undefined;
  const still = `still ${symptom.finding.class}`;
  if (!makesPods(view.request.status.plan)) return awaitsNextTry(symptom.finding, health, { applied, now: view.now }) ? { state: 'Unclear', message: `${still}, and not tried again yet` } : undefined;
  // Until the controller has seen the change, the template of now is the one from before.
  return health.generationCurrent ? undefined : { state: 'Unclear', message: `${still}, and its controller has yet to see the change` };
}

/** Kubernetes' own patience with a rollout that does not get on (`progressDeadlineSeconds`). */
const STARTS_WITHIN: Duration = minutes(10);

/** Where fewer are wanted than there were, fewer are no harm; nor are pods that take their time to start, and of which nothing else is known. */
function fewerReady({ baseline, health, settled, overtaken }: Look): Judged | undefined {
  const isStarting = ({ name, current, ready, restarts, madeAt = 0 }: HealthAnswer['pods'][number]) =>
    current && !ready && restarts === 0 && health.at - madeAt < STARTS_WITHIN && !health.findings.some(({ finding, dwelt }) => finding.observation.pod === name && dwelt !== false);
  const soon = health.ready + health.pods.filter(isStarting).length;
  const isFewer = baseline !== undefined && settled && soon < Math.min(baseline.ready, health.desired);
  return isFewer ? { state: overtaken ? 'Unclear' : 'Worse', message: `${health.ready} pods are ready, ${baseline.ready} were before` } : undefined;
}

function remaining({ health, settled, symptom }: Look): Judged | undefined {
  if (symptom === undefined || isOutOfSight(symptom, health.at)) return undefined;
  const message = `still ${symptom.finding.class}`;
  if (symptom.finding.observation.pod === undefined) return { state: settled ? 'StillFailing' : 'Unclear', message };
  return isOnCurrent(symptom, health) ? { state: 'StillFailing', message } : undefined;
}

function standing({ exists, generationCurrent, pods, desired }: HealthAnswer): Judged {
  const current = pods.filter((pod) => pod.current);
  const healthy = exists && generationCurrent && current.length >= desired && current.every((pod) => pod.ready) && pods.length === current.length;
  return healthy ? { state: 'Healthy', message: `${current.length} of ${desired} pods ready` } : { state: 'Unclear', message: `${current.filter((pod) => pod.ready).length} of ${desired} new pods ready` };
}
