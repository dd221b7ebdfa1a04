import { renderTime } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import type { PullRequestState } from '@fleetmend/plugin-api';
import { needLeave } from '../deliver/leave.ts';
import { branchName, marker } from '../deliver/names.ts';
import { withLeave } from '../deliver/with-leave.ts';
import { openRepository } from '../propose/source.ts';
import { findOurPullRequest } from '../deliver/find-our-pull-request.ts';
import type { Stage, StageDeps } from '../stage.ts';

/**
 * Looks once more, a while after the end, for a pull request of ours that nobody wants: one that a crash left behind, or
 * that the forge showed late. One that a person touched is theirs; a revert stays open on purpose.
 */
export function closeOrphans(deps: StageDeps): Stage {
  return withLeave(deps, async (view) => {
    const { plan } = view.request.status;
    if (plan !== undefined) {
      const { forge } = await openRepository(deps, { forgeRef: plan.source.forge, repository: plan.source.repository });
      for (const branch of branches(view)) {
        const seen = await findOurPullRequest(forge, view.request, { repository: plan.source.repository, branch });
        if (seen === undefined || !isOrphan(seen)) continue;
        await needLeave(deps, view, { frozenCounts: false });
        await forge.updatePullRequest({ repository: plan.source.repository, number: seen.number, comment: { marker: `${marker(view.request)} orphan`, body: 'The request has ended, so nobody waits for this any more.' }, close: true });
      }
    }
    return { fact: { aftermath: { ...view.request.status.aftermath, orphansClosed: renderTime(view.now) } } };
  });
}

function branches({ request }: View): readonly string[] {
  const { plan, intent, pullRequest } = request.status;
  const known = [pullRequest?.branch, intent?.kind === 'Repair' ? intent.branch : undefined, plan && branchName(request, plan, 'Repair')];
  return [...new Set(known.filter((branch) => branch !== undefined && branch.startsWith('fleetmend/')) as string[])];
}

function isOrphan(seen: PullRequestState): boolean {
  return seen.state === 'Open' && seen.commits.every((commit) => commit.byUs);
}
