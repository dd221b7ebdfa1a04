import type { View } from '@fleetmend/lifecycle';
import type { PullRequest } from '@fleetmend/model';
import { openRepository } from '../propose/source.ts';
import type { Stage, StageDeps } from '../stage.ts';
import { needLeave } from './leave.ts';
import { renderCommitMessage } from './pull-request-text.ts';
import { toFact } from './pull-request-fact.ts';
import { findOurPullRequest } from './find-our-pull-request.ts';
import { approversOf } from './approvers.ts';
import { withLeave } from './with-leave.ts';

/** Merges our pull request (or our revert) at exactly the head that was judged and approved. Reads it first, and answers what it saw. */
export function mergePullRequest(deps: StageDeps): Stage {
  return withLeave(deps, async (view) => {
    const reverting = view.request.status.phase === 'Reverting';
    const known = reverting ? view.request.status.revert : view.request.status.pullRequest;
    const { plan } = view.request.status;
    if (plan === undefined || known === undefined) return { notYet: deps.pace.poll, reason: 'there is no pull request to merge' };
    const { forge } = await openRepository(deps, { forgeRef: plan.source.forge, repository: plan.source.repository });
    const reference = { repository: plan.source.repository, branch: known.branch };
    const seen = await findOurPullRequest(forge, view.request, reference);
    if (seen === undefined) return { notYet: deps.pace.pollSlow, reason: 'the forge does not show the pull request' };
    const fact = toFact({ state: seen, view, forge }, {}, known);
    if (seen.state !== 'Open' || fact.touched || !fact.mayMerge || seen.headSHA !== known.headSHA) return { fact: record(reverting, fact) };
    // In few words that do not change: how far behind it is, is for the log and not for the ledger.
    if (deps.auditBehind?.() !== undefined) return { notYet: deps.pace.pollSlow, reason: 'waits for the audit trail to be copied' };
    await needLeave(deps, view, { frozenCounts: true });
    const result = await forge.mergePullRequest({ repository: reference.repository, number: seen.number, expectedHead: seen.headSHA, message: renderCommitMessage(view.request, plan) });
    if (!result.merged) return { notYet: deps.pace.poll, reason: `not merged: ${result.message}` };
    await audit(deps, view, { plan: plan.digest, pullRequest: seen.url, head: seen.headSHA, merge: result.sha, commits: seen.commits.map(({ sha, byUs }) => ({ sha, byUs })), approvers: approversOf(seen, view) });
    const after = await findOurPullRequest(forge, view.request, reference);
    return { fact: record(reverting, toFact({ state: after ?? { ...seen, state: 'Merged', mergeSHA: result.sha }, view, forge }, { mergeSHA: result.sha }, known)) };
  });
}

function record(reverting: boolean, fact: PullRequest) {
  return reverting ? { revert: fact } : { pullRequest: fact };
}

async function audit(deps: Pick<StageDeps, 'audit'>, { request }: View, data: Readonly<Record<string, unknown>>): Promise<void> {
  const { namespace, name, uid } = request.metadata;
  await deps.audit.record({ step: 'mergePullRequest', actor: 'hub', request: { namespace, name, uid, attempt: request.status.attempt }, data });
}
