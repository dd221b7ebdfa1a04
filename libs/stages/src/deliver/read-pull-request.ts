import { checksSettled, type View } from '@fleetmend/lifecycle';
import type { PullRequest } from '@fleetmend/model';
import type { PullRequestState } from '@fleetmend/plugin-api';
import { readBaseValue } from '../verify/base-value.ts';
import { openRepository } from '../propose/source.ts';
import type { Stage, StageDeps } from '../stage.ts';
import { approversOf } from './approvers.ts';
import { findOurPullRequest } from './find-our-pull-request.ts';
import { neededChannel } from './approval-channel.ts';
import { samePullRequest, toFact } from './pull-request-fact.ts';

/** Reads our pull request and the value that its base holds. Polling is the truth; webhooks only make it look sooner. */
export function readPullRequest(deps: StageDeps): Stage {
  return async (view) => {
    const { plan, pullRequest, intent } = view.request.status;
    const branch = pullRequest?.branch ?? intent?.branch;
    if (plan === undefined || branch === undefined) return { notYet: deps.pace.poll, reason: 'there is no pull request to read' };
    const { forge, repository } = await openRepository(deps, { forgeRef: plan.source.forge, repository: plan.source.repository });
    const state = await findOurPullRequest(forge, view.request, { repository: plan.source.repository, branch });
    if (state === undefined) return { notYet: deps.pace.pollSlow, reason: `the forge does not show the pull request of ${branch}` };
    const closed = state.state === 'Closed' ? await heldBy(deps, view, repository) : {};
    const seen = { state, view, forge };
    const fact = toFact(seen, { ...closed, ...(await takenOver(closed, repository, plan.source.branch)) });
    const channel = neededChannel(seen);
    if (samePullRequest(pullRequest, fact) && channel.approvalChannel === undefined) return { notYet: deps.pace.poll, reason: waitsFor(fact, view) };
    if (fact.state !== 'Open' && fact.state !== pullRequest?.state) await recordEnd(deps, view, state);
    return { fact: { pullRequest: fact, ...channel } };
  };
}

/** Who let it in, or shut it: after the end a forge may forget its reviews, and a merge by a person leaves no other trace. */
async function recordEnd(deps: Pick<StageDeps, 'audit'>, view: View, seen: PullRequestState): Promise<void> {
  const { metadata, status } = view.request;
  await deps.audit.record({
    step: 'readPullRequest',
    actor: 'hub',
    request: { namespace: metadata.namespace, name: metadata.name, uid: metadata.uid, attempt: status.attempt },
    data: { plan: status.plan?.digest, pullRequest: seen.url, state: seen.state, head: seen.headSHA, merge: seen.mergeSHA, closedBy: seen.closedBy, commits: seen.commits.map(({ sha, byUs }) => ({ sha, byUs })), approvers: approversOf(seen, view) },
  });
}

type Repository = Awaited<ReturnType<typeof openRepository>>['repository'];

/** A person may close ours and commit the same value: then the base holds it. */
async function heldBy(deps: StageDeps, view: View, repository: Repository): Promise<Partial<PullRequest>> {
  const { plan } = view.request.status;
  const baseValue = plan === undefined ? undefined : await readBaseValue(deps, view, { repository, plan, revision: await repository.head(plan.source.branch), ours: 'plan' });
  return baseValue === undefined ? {} : { baseValue };
}

async function takenOver(closed: Partial<PullRequest>, repository: Repository, branch: string): Promise<Partial<PullRequest>> {
  return closed.baseValue === 'Ours' ? { foreignMerge: true, mergeSHA: await repository.head(branch) } : {};
}

function waitsFor(fact: PullRequest, view: View): string {
  if (fact.touched) return 'somebody else works on it';
  if (fact.mayMerge && !checksSettled(fact, view.now, view.settings)) return 'waits for checks to appear';
  return view.policy.mode === 'AutoMerge' && view.request.status.verdict?.tier === 'T0' ? 'waits for the forge' : 'waits for a review';
}
