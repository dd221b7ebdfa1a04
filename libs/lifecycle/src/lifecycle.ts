import { renderTime } from '@fleetmend/kernel';
import type { Phase } from '@fleetmend/model';
import { always, both, either, not, type Guard } from './guard.ts';
import * as is from './guards.ts';
import type { LivePhase } from './phases.ts';
import { move, rest, run, type Row } from './row.ts';
import type { View } from './view.ts';

/**
 * The life of a request: for each phase its rows in order, and the first whose guard holds decides. Nothing else moves one.
 *
 * The order is policy. Harm comes before success, outcomes before the deadline in Verifying, and the deadline before a late
 * yes in AwaitingApproval. The last row of a live phase always holds and is harmless, so that an unforeseen fact fails closed.
 */
export type Lifecycle = Readonly<Record<LivePhase, readonly Row[]>> & { readonly terminal: readonly Row[] };

/** Ends a request that has a pull request: ours is closed first; one that a person touched gets a comment and is theirs. */
const end = (when: Guard, to: Phase, reason: string): readonly Row[] => [
  run(both(when, either(is.openAndUntouched, is.touchedWithoutComment)), 'closePullRequest'),
  move(when, to, reason),
];

const errorReason = (view: View) => view.request.status.error?.reason ?? 'StageFailed';
const uncertainReason = (view: View) => is.uncertainty(view) ?? 'Uncertain';
const heldReason = (view: View) => view.request.status.admission?.reason ?? 'HeldBack';
const refuseEdit = ({ request }: View) => {
  const { plan, refused = [], verdict } = request.status;
  if (plan === undefined) return {};
  const why = verdict?.violations.map((violation) => violation.id).join(', ') ?? 'denied';
  return { refused: [...refused, { edit: plan.edit, action: plan.action, reason: why }] };
};
const countReplan = ({ request }: View) => ({ replans: (request.status.replans ?? 0) + 1 });
const followLeader = (view: View) => {
  const leader = is.findLeader(view);
  return leader === undefined ? {} : { leader: { ...leader, state: 'Live' as const, at: renderTime(view.now) } };
};

const beforeDelivery: readonly Row[] = [
  move(is.cancelled, 'Dismissed', 'Cancelled'),
  move(is.targetGone, 'Dismissed', 'TargetGone'),
  move(is.permanentError, 'Escalated', errorReason),
  move(is.sameEditVetoed, 'Dismissed', 'Vetoed'),
];
const led = move(is.ledByAnother, 'Inhibited', 'LedByAnother', followLeader);

const baseRows: readonly Row[] = [move(is.baseRestored, 'Failed', 'RevertedByHuman'), move(is.baseThirdValue, 'Dismissed', 'Superseded')];

export const lifecycle: Lifecycle = {
  Detected: [
    ...beforeDelivery,
    led,
    move(is.recovered, 'Dismissed', 'Recovered'),
    move(is.notSelected, 'Dismissed', 'NotSelected'),
    move(is.intended, 'Dismissed', 'Intended'),
    move(is.breakerOpen, 'Escalated', 'Breaker'),
    rest(is.heldBack, heldReason, 'stopped'),
    move(is.admitted, 'Diagnosing', 'Admitted'),
    move(is.late, 'Escalated', 'Late'),
    run(always, 'admit'),
  ],
  Inhibited: [
    ...beforeDelivery,
    move(is.recovered, 'Dismissed', 'Recovered'),
    move(is.leaderVetoed, 'Dismissed', 'Vetoed'),
    move(is.leaderCauseGone, 'Detected', 'Released'),
    move(is.late, 'Escalated', 'Late'),
    run(always, 'readLeader'),
  ],
  Diagnosing: [
    ...beforeDelivery,
    led,
    move(is.recovered, 'Dismissed', 'Recovered'),
    move(is.late, 'Escalated', 'Late'),
    move(is.baseAhead, 'Merged', 'BaseAhead'),
    move(is.uncertain, 'Escalated', uncertainReason),
    move(is.planned, 'Proposed', 'Planned'),
    run(is.diagnosed, 'propose'),
    run(always, 'diagnose'),
  ],
  Proposed: [
    ...beforeDelivery,
    led,
    move(is.recovered, 'Dismissed', 'Recovered'),
    move(both(is.baseMoved, is.replansLeft), 'Diagnosing', 'BaseMoved', countReplan),
    move(is.baseMoved, 'Escalated', 'BaseKeepsMoving'),
    move(both(is.denied, is.anotherCandidate), 'Diagnosing', 'EditRefused', refuseEdit),
    move(is.denied, 'Escalated', 'PolicyDenied'),
    move(is.observeOnly, 'Dismissed', 'ObserveOnly'),
    rest(is.stillDeferred, 'Deferred', 'stopped'),
    move(is.late, 'Escalated', 'Late'),
    move(both(is.priorApprovalWanted, is.allowed), 'AwaitingApproval', 'ApprovalWanted'),
    move(is.allowed, 'Delivering', 'Allowed'),
    run(always, 'evaluate'),
  ],
  AwaitingApproval: [
    ...beforeDelivery,
    led,
    move(is.late, 'Escalated', 'Late'),
    move(is.rejected, 'Failed', 'Rejected'),
    move(is.recovered, 'Dismissed', 'Recovered'),
    move(is.approvalOutdated, 'Proposed', 'Outdated'),
    move(is.approved, 'Delivering', 'Approved'),
    run(always, 'requestApproval'),
  ],
  Delivering: [
    move(is.delivered, 'PullRequestOpen', 'Delivered'),
    move(both(is.withdrawn, is.late), 'Escalated', 'Late'),
    move(is.withdrawn, 'Proposed', 'Withdrawn'),
    run(either(is.cancelled, is.recovered, is.targetGone, is.denied, is.sameEditVetoed, is.bundleOutdated, is.late), 'withdrawIntent'),
    run(both(is.verdictOld, is.forgeMayBeWritten), 'evaluate'),
    run(is.noIntent, 'recordIntent'),
    run(both(is.intentStands, is.allowed, is.forgeMayBeWritten), 'openPullRequest'),
    rest(always, 'WaitsForLeave', 'running'),
  ],
  PullRequestOpen: [
    move(is.merged, 'Merged', 'Merged'),
    move(both(is.closedByHuman, is.baseHoldsOurs), 'Merged', 'TakenOver'),
    move(is.closedByHuman, 'Failed', 'Vetoed'),
    move(is.closedByBot, 'Escalated', 'ClosedByBot'),
    ...end(is.stale, 'Escalated', 'Stale'),
    ...end(is.cancelled, 'Dismissed', 'Cancelled'),
    run(is.touched, 'readPullRequest'),
    ...end(is.targetGone, 'Dismissed', 'TargetGone'),
    ...end(is.recovered, 'Dismissed', 'Recovered'),
    ...end(is.denied, 'Escalated', 'PolicyDenied'),
    // Closed by us and none of the ends above: for a conflict with the base, so it is planned anew, as often as re-plans last.
    move(both(is.closedByUs, is.replansLeft), 'Diagnosing', 'BaseMoved', countReplan),
    move(is.closedByUs, 'Escalated', 'BaseKeepsMoving'),
    run(is.bundleOutdated, 'evaluate'),
    run(is.conflict, 'closePullRequest'),
    run(both(is.mayMerge, is.verdictOld), 'evaluate'),
    run(both(is.mayMerge, is.allowed, is.forgeMayBeWritten), 'mergePullRequest'),
    run(always, 'readPullRequest'),
  ],
  Merged: [
    move(is.targetGone, 'Dismissed', 'TargetGone'),
    ...baseRows,
    move(is.applied, 'Verifying', 'Applied'),
    move(both(is.refused, is.foreignMerge), 'Escalated', 'Refused'),
    move(is.refused, 'Reverting', 'Refused'),
    move(is.late, 'Escalated', 'Late'),
    run(always, 'readRollout'),
  ],
  Verifying: [
    move(is.targetGone, 'Dismissed', 'TargetGone'),
    move(both(is.worse, is.foreignMerge), 'Escalated', 'Worse'),
    move(is.worse, 'Reverting', 'Worse'),
    ...baseRows,
    move(is.healthyForHold, 'Succeeded', 'Recovered'),
    move(is.uncovered, 'Dismissed', 'Uncovered'),
    move(both(is.stillFailing, is.attemptsLeft), 'Detected', 'SymptomRemains'),
    move(is.stillFailing, 'Failed', 'SymptomRemains'),
    move(is.late, 'Escalated', 'Late'),
    run(always, 'readHealth'),
  ],
  Reverting: [
    move(is.targetGone, 'Dismissed', 'TargetGone'),
    move(is.revertApplied, 'Failed', 'Reverted'),
    move(is.revertedByOthers, 'Failed', 'RevertedByHuman'),
    move(is.revertClosedByHuman, 'Failed', 'RevertDeclined'),
    move(is.late, 'Escalated', 'Late'),
    run(is.revertVerdictWanted, 'evaluate'),
    run(both(is.noRevertYet, is.noRevertIntent), 'recordIntent'),
    run(both(is.revertAllowed, is.noRevertYet, is.forgeMayBeWritten), 'openRevert'),
    run(both(is.revertAllowed, is.revertMayMerge, is.forgeMayBeWritten), 'mergePullRequest'),
    run(always, 'readRevert'),
  ],
  terminal: [
    run(is.escalationOwed, 'escalate'),
    run(is.lessonOwed, 'learn'),
    run(is.ticketOpen, 'closeTicket'),
    run(is.orphansUnchecked, 'closeOrphans'),
    run(is.archiveDue, 'archive'),
    rest(always, 'Ended', 'stopped'),
  ],
};

/** Rows in which the clock of the phase does not count, beyond what stops every clock. */
export const stopsClock = either(is.clockStops, both(is.leaderLives, not(is.leaderCauseGone)));
