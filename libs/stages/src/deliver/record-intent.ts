import { renderTime } from '@fleetmend/kernel';
import { guards, openPullRequestUse, type View } from '@fleetmend/lifecycle';
import type { Intent } from '@fleetmend/model';
import { branchName } from './names.ts';
import type { Stage, StageDeps } from '../stage.ts';

/**
 * Says what is about to be pushed, before it is. First the intent is written; then, with a quorum read that sees every
 * other intent, it is confirmed if fewer than each budget's number stand, or withdrawn. Two leaders with skewed clocks
 * may both withdraw, and never both go on. A revert has no budget. Noun: `Intent`.
 */
export function recordIntent(deps: StageDeps): Stage {
  return async (view) => {
    const { intent, plan } = view.request.status;
    const kind = view.request.status.phase === 'Reverting' ? 'Revert' : 'Repair';
    if (plan === undefined) return { notYet: deps.pace.poll, reason: 'there is no plan to deliver' };
    const standing = intent?.kind === kind && intent.forPlan === plan.digest && intent.withdrawn === undefined ? intent : undefined;
    if (standing === undefined) return { fact: { intent: fresh(view, kind) } };
    if (kind === 'Revert') return { fact: { intent: { ...standing, confirmed: true } } };
    const all = await deps.requests.list();
    const current = { ...view, others: all.filter((other) => other.metadata.uid !== view.request.metadata.uid) };
    // The index may lag behind a no that was just said to the same edit. Noted in the plan, it is known at every later look.
    if (guards.sameEditVetoed(current)) return { fact: { plan: { ...plan, vetoed: true } } };
    return { fact: { intent: confirm(current, standing) } };
  };
}

function fresh(view: View, kind: Intent['kind']): Intent {
  const { plan, pullRequest } = view.request.status;
  if (plan === undefined) throw new Error('an intent needs a plan');
  const parent = kind === 'Revert' ? (pullRequest?.mergeSHA ?? plan.base) : plan.base;
  return { kind, at: renderTime(view.now), branch: branchName(view.request, plan, kind), parent, forPlan: plan.digest, confirmed: false };
}

function confirm(view: View, intent: Intent): Intent {
  const over = openPullRequestUse(view).find((use) => use.open >= use.limit);
  return over === undefined ? { ...intent, confirmed: true } : { ...intent, withdrawn: 'OverBudget' };
}
