import { renderTime } from '@fleetmend/kernel';
import { branchName } from './names.ts';
import { deliveredFact } from './pull-request-fact.ts';
import { openRepository } from '../propose/source.ts';
import { findOurPullRequest } from './find-our-pull-request.ts';
import type { Stage, StageDeps } from '../stage.ts';

/**
 * Takes an intent back, after a look at the forge: what is there already was delivered, and is dealt with as such.
 * Without an intent nothing was pushed, so there is only the note to make.
 */
export function withdrawIntent(deps: StageDeps): Stage {
  return async (view) => {
    const { intent, plan } = view.request.status;
    if (plan === undefined) return { notYet: deps.pace.poll, reason: 'there is no plan to withdraw' };
    const branch = intent?.branch ?? branchName(view.request, plan, 'Repair');
    const { forge } = await openRepository(deps, { forgeRef: plan.source.forge, repository: plan.source.repository });
    const found = await findOurPullRequest(forge, view.request, { repository: plan.source.repository, branch });
    if (found !== undefined) return { fact: deliveredFact({ state: found, view, forge }) };
    const base = intent ?? { kind: 'Repair' as const, at: renderTime(view.now), branch, parent: plan.base, forPlan: plan.digest, confirmed: false };
    return { fact: { intent: { ...base, withdrawn: 'Withdrawn' } } };
  };
}
