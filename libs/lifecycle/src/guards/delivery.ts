import { parseTime } from '@fleetmend/kernel';
import { holdOf, type PullRequest } from '@fleetmend/model';
import { checksSettled } from '../checks-settled.ts';
import { guard } from '../guard.ts';
import type { View } from '../view.ts';

const pullRequest = (view: View) => view.request.status.pullRequest;

export const delivered = guard('delivered', (view) => pullRequest(view) !== undefined);
export const withdrawn = guard('the intent was withdrawn', (view) => view.request.status.intent?.withdrawn !== undefined);
export const noIntent = guard('no intent, or not confirmed', (view) => {
  const { intent, plan } = view.request.status;
  return intent === undefined || intent.kind !== 'Repair' || intent.forPlan !== plan?.digest || !intent.confirmed;
});
export const intentStands = guard('the intent stands', (view) => !noIntent(view) && !withdrawn(view));

export const merged = guard('merged', (view) => pullRequest(view)?.state === 'Merged');
/** Nobody known to be a bot or us: when in doubt it was a person, whose word counts. */
export const closedByHuman = guard('closed by a human', (view) => {
  const pr = pullRequest(view);
  return pr?.state === 'Closed' && pr.closedBy !== 'Us' && pr.closedBy !== 'Bot';
});
export const baseHoldsOurs = guard('the base holds the value', (view) => pullRequest(view)?.baseValue === 'Ours');
export const closedByBot = guard('closed by another bot', (view) => pullRequest(view)?.state === 'Closed' && pullRequest(view)?.closedBy === 'Bot');
export const closedByUs = guard('closed by us', (view) => pullRequest(view)?.state === 'Closed' && pullRequest(view)?.closedBy === 'Us');
export const touched = guard('touched by somebody else', (view) => pullRequest(view)?.touched === true);
export const openAndUntouched = guard('the pull request is open and untouched', (view) => pullRequest(view)?.state === 'Open' && !touched(view));
export const touchedWithoutComment = guard('it is open, touched, and we have not said so', (view) => pullRequest(view)?.state === 'Open' && touched(view) && pullRequest(view)?.commented !== true);
export const conflict = guard('it conflicts with its base', (view) => pullRequest(view)?.state === 'Open' && pullRequest(view)?.conflict === true);

const mergeable = (pr: PullRequest | undefined, { now, settings }: View) => pr?.state === 'Open' && pr.mayMerge === true && !pr.touched && checksSettled(pr, now, settings);
export const mayMerge = guard('the hub may merge', (view) => mergeable(pullRequest(view), view));

export const stale = guard('the pull request is too old', (view) => {
  const opened = parseTime(pullRequest(view)?.openedAt);
  return opened !== undefined && view.now - opened > view.settings.staleAfter;
});

export const baseRestored = guard('the base holds the value from before again', (view) => pullRequest(view)?.baseValue === 'Before');
export const baseThirdValue = guard('the base holds a third value', (view) => pullRequest(view)?.baseValue === 'Other');
export const foreignMerge = guard("the merged commit is a human's own", (view) => pullRequest(view)?.foreignMerge === true);

export const applied = guard('applied in every cluster', (view) => everyCluster(view, (cluster) => cluster.rollout?.state === 'Applied'));
export const refused = guard('the engine refused it', (view) => view.request.status.clusters?.some((cluster) => cluster.rollout?.state === 'Refused') === true);

export const worse = guard('it made things worse', (view) => view.request.status.clusters?.some((cluster) => cluster.verification?.state === 'Worse') === true);
export const stillFailing = guard('still failing', (view) => view.request.status.clusters?.some((cluster) => cluster.verification?.state === 'StillFailing') === true);
export const attemptsLeft = guard('attempts left', (view) => view.request.status.attempt < view.policy.attemptsPerDay);
/** Counted up to the last reading: what nobody looked at does not count as healthy. */
export const healthyForHold = guard('healthy for the hold in every cluster', (view) => everyCluster(view, (progress) => heldHealth(view, progress)));
/** What it hid has a request of its own, which waits for the end of this one. */
export const uncovered = guard('gone in every cluster, and in one it shows what it hid', (view) => {
  const isUncovered = ({ verification }: Progress) => verification?.state === 'Uncovered';
  return everyCluster(view, (progress) => isUncovered(progress) || heldHealth(view, progress)) && view.request.status.clusters?.some(isUncovered) === true;
});

function heldHealth(view: View, { verification }: Progress): boolean {
  const since = parseTime(verification?.since);
  const read = parseTime(verification?.readAt);
  return verification?.state === 'Healthy' && since !== undefined && read !== undefined && read - since >= holdOf(view.request.spec.failure.class, view.policy.hold);
}

type Progress = NonNullable<View['request']['status']['clusters']>[number];
function everyCluster({ request }: View, holds: (progress: Progress) => boolean): boolean {
  return request.spec.clusters.every((name) => request.status.clusters?.some((progress) => progress.name === name && holds(progress)));
}

const revert = (view: View) => view.request.status.revert;
export const revertApplied = guard('the revert is applied', (view) => revert(view)?.state === 'Merged' && revert(view)?.applied === true);
export const revertedByOthers = guard('the base holds the value from before, not by our revert', (view) => baseRestored(view) && revert(view)?.state !== 'Merged');
export const revertClosedByHuman = guard('a human closed the revert', (view) => revert(view)?.state === 'Closed' && revert(view)?.closedBy !== 'Us');
export const noRevertYet = guard('no revert yet', (view) => revert(view) === undefined);
export const noRevertIntent = guard('no intent to revert', (view) => {
  const { intent } = view.request.status;
  return intent === undefined || intent.kind !== 'Revert' || !intent.confirmed;
});
export const revertMayMerge = guard('the hub may merge the revert', (view) => mergeable(revert(view), view));
export const revertAllowed = guard('the revert is allowed', (view) => {
  const { verdict } = view.request.status;
  return verdict?.kind === 'Revert' && verdict.result === 'Allow' && verdict.bundle.digest === view.bundle.digest;
});

/** The revert has no current verdict, or one too old for what the next row would do; a deferred one waits for its time. */
export const revertVerdictWanted = guard('no verdict on the revert, outdated, or old where the next row acts', (view) => {
  const { verdict } = view.request.status;
  if (verdict === undefined || verdict.kind !== 'Revert' || verdict.bundle.digest !== view.bundle.digest) return true;
  if (verdict.result === 'Defer') return !deferredUntilLater(view);
  const acts = noRevertYet(view) || revertMayMerge(view);
  const at = parseTime(verdict.factsAt);
  return verdict.result === 'Allow' && acts && (at === undefined || view.now - at > view.settings.verdictMaxAge);
});

function deferredUntilLater(view: View): boolean {
  return (view.request.status.verdict?.violations ?? []).some((violation) => {
    if (violation.id === 'F03') return view.policy.frozen.length > 0;
    const until = parseTime(violation.notBefore);
    return until !== undefined && view.now < until;
  });
}

