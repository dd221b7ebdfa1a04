import { parseTime } from '@fleetmend/kernel';
import { openPullRequestUse } from '../budgets.ts';
import { guard } from '../guard.ts';
import type { View } from '../view.ts';

/** A verdict counts only for the plan and the bundle that it was given for. */
function currentVerdict({ request, bundle }: View) {
  const { verdict, plan } = request.status;
  return verdict !== undefined && verdict.kind === 'Repair' && verdict.forPlan === plan?.digest && verdict.bundle.digest === bundle.digest ? verdict : undefined;
}

export const bundleOutdated = guard('the verdict is for another plan or bundle', (view) => currentVerdict(view) === undefined);
export const denied = guard('denied', (view) => currentVerdict(view)?.result === 'Deny');
export const allowed = guard('allowed', (view) => currentVerdict(view)?.result === 'Allow');
export const baseMoved = guard('the base moved under the touched files', (view) => currentVerdict(view)?.baseMoved === true);
export const replansLeft = guard('re-plans left', (view) => (view.request.status.replans ?? 0) < view.settings.replans);

/** The denied candidate is not the last one, and not too many were refused already. */
export const anotherCandidate = guard('another candidate, and few were refused', (view) => {
  const { diagnosis, refused = [] } = view.request.status;
  return refused.length < view.settings.refusals && (diagnosis?.candidates.length ?? 0) > refused.length + 1;
});

export const verdictOld = guard('the facts of the verdict are old', (view) => {
  const { verdict } = view.request.status;
  const at = parseTime(verdict?.factsAt);
  return at === undefined || view.now - at > view.settings.verdictMaxAge;
});

/**
 * Deferred, and what defers it still stands. Freezes and budgets are read from the view, so that a window which is
 * lifted early is noticed at once.
 */
export const stillDeferred = guard('only deferred, and still held back', (view) => {
  const verdict = currentVerdict(view);
  if (verdict?.result !== 'Defer') return false;
  return verdict.violations.some((violation) => {
    if (violation.id === 'F03') return view.policy.frozen.length > 0;
    if (violation.id === 'F06') return openPullRequestUse(view).some((use) => use.open >= use.limit);
    const until = parseTime(violation.notBefore);
    return until !== undefined && view.now < until;
  });
});

export const priorApprovalWanted = guard('prior approval is wanted', (view) => currentVerdict(view)?.requires.priorApproval === true && !approved(view) && view.request.status.plan !== undefined);

export const approved = guard('approved for this plan', (view) => {
  const digest = view.request.status.plan?.digest;
  return view.approvals.some((approval) => approval.planDigest === digest && approval.decision === 'Approve') && !rejected(view);
});

/** One no outweighs every yes. */
export const rejected = guard('rejected', (view) => {
  const digest = view.request.status.plan?.digest;
  return view.approvals.some((approval) => approval.planDigest === digest && approval.decision === 'Reject');
});

export const approvalOutdated = guard('plan or bundle is outdated, or the base moved', (view) => bundleOutdated(view) || view.request.status.approval?.baseMoved === true);

/** A person closed a pull request, or refused a plan, that made the same edit. */
export const sameEditVetoed = guard('the same edit was vetoed', (view) => {
  const { plan } = view.request.status;
  if (plan === undefined) return false;
  if (plan.vetoed === true) return true;
  return view.others.some((other) => {
    const theirs = other.status;
    const vetoed = theirs.phase === 'Failed' && (theirs.reason === 'Vetoed' || theirs.reason === 'Rejected');
    return vetoed && other.metadata.namespace === view.request.metadata.namespace && theirs.plan?.action === plan.action && theirs.plan.fields.some((field) => plan.fields.includes(field));
  });
});
