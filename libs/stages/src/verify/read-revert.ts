import type { PullRequest } from '@fleetmend/model';
import { toFact, samePullRequest } from '../deliver/pull-request-fact.ts';
import { openSourceRepository } from '../propose/open-source-repository.ts';
import type { Stage, StageDeps } from '../stage.ts';
import { findOurPullRequest } from '../deliver/find-our-pull-request.ts';
import { baseFact, readRollouts } from './read-rollout.ts';

/** Follows the revert to its merge and into every cluster; and notices when somebody else was faster. */
export function readRevert(deps: StageDeps): Stage {
  return async (view) => {
    const { revert, pullRequest } = view.request.status;
    const { forge, repository, name, branch } = await openSourceRepository(deps, view);
    const base = pullRequest?.mergeSHA === undefined ? undefined : await baseFact(deps, view, { repository, branch, pullRequest, commit: pullRequest.mergeSHA });
    const baseChanged = base !== undefined && base.baseValue !== pullRequest?.baseValue;
    const state = revert === undefined ? undefined : await findOurPullRequest(forge, view.request, { repository: name, branch: revert.branch });
    if (revert === undefined || state === undefined) return baseChanged ? { fact: { pullRequest: base } } : { notYet: deps.pace.poll, reason: 'waits for the revert' };
    const fact: PullRequest = { ...toFact({ state, view, forge }, {}, revert), ...(await appliedEverywhere(deps, view, repository, state.mergeSHA)) };
    if (samePullRequest(revert, fact) && !baseChanged) return { notYet: deps.pace.poll, reason: 'waits for the revert to be merged and applied' };
    return { fact: { revert: fact, ...(baseChanged ? { pullRequest: base } : {}) } };
  };
}

type Rest = Parameters<typeof readRollouts>;
async function appliedEverywhere(deps: StageDeps, view: Rest[1], repository: Rest[2], merge: string | undefined): Promise<Pick<PullRequest, 'applied'>> {
  if (merge === undefined) return {};
  const clusters = await readRollouts(deps, view, repository, merge);
  return clusters.every((cluster) => cluster.rollout?.state === 'Applied') ? { applied: true } : {};
}
