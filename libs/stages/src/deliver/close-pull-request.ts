import { guards } from '@fleetmend/lifecycle';
import type { View } from '@fleetmend/lifecycle';
import { openRepository } from '../propose/source.ts';
import type { Stage, StageDeps } from '../stage.ts';
import { needLeave } from './leave.ts';
import { marker } from './names.ts';
import { toFact } from './pull-request-fact.ts';
import { findOurPullRequest } from './find-our-pull-request.ts';
import { withLeave } from './with-leave.ts';

/** Closes our pull request with the reason; one that a person touched only gets the reason, and is theirs. Reads it first, and answers what it saw. */
export function closePullRequest(deps: StageDeps): Stage {
  return withLeave(deps, async (view) => {
    const { plan, pullRequest } = view.request.status;
    if (plan === undefined || pullRequest === undefined) return { notYet: deps.pace.poll, reason: 'there is no pull request to close' };
    const { forge } = await openRepository(deps, { forgeRef: plan.source.forge, repository: plan.source.repository });
    const reference = { repository: plan.source.repository, branch: pullRequest.branch };
    const seen = await findOurPullRequest(forge, view.request, reference);
    if (seen === undefined || seen.state !== 'Open') return seen === undefined ? { notYet: deps.pace.pollSlow, reason: 'the forge does not show the pull request' } : { fact: { pullRequest: toFact({ state: seen, view, forge }) } };
    const theirs = seen.commits.some((commit) => !commit.byUs) || seen.base !== plan.source.branch;
    await needLeave(deps, view, { frozenCounts: false });
    await forge.updatePullRequest({
      repository: reference.repository,
      number: seen.number,
      comment: { marker: `${marker(view.request)} end:${view.request.status.attempt}`, body: theirs ? `${why(view)} Somebody else has worked on this branch, so it stays open and is yours.` : `${why(view)} Closed for that reason.` },
      close: !theirs,
    });
    const after = await findOurPullRequest(forge, view.request, reference);
    return { fact: { pullRequest: toFact({ state: after ?? seen, view, forge }, { commented: true }) } };
  });
}

/** The reason, in the words of the rows that close. */
function why(view: View): string {
  if (guards.stale(view)) return 'Nobody decided on this for a long time.';
  if (guards.cancelled(view)) return 'The request was cancelled.';
  if (guards.targetGone(view)) return 'The target does not exist any more.';
  if (guards.recovered(view)) return 'The failure went away without this change.';
  if (guards.denied(view)) return 'Policy does not allow this change any more.';
  return 'The base moved, and this change will be planned anew.';
}
