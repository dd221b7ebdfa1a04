import { needLeave } from '../deliver/leave.ts';
import { marker } from '../deliver/names.ts';
import { renderTitle } from '../deliver/pull-request-text.ts';
import { toFact } from '../deliver/pull-request-fact.ts';
import { recordOpened } from '../deliver/record-opened.ts';
import { withLeave } from '../deliver/with-leave.ts';
import type { Stage, StageDeps } from '../stage.ts';
import { revertEdits } from './revert-edits.ts';

/** Opens the pull request that takes our change back. */
export function openRevert(deps: StageDeps): Stage {
  return withLeave(deps, async (view) => {
    const { plan, intent, pullRequest, clusters = [] } = view.request.status;
    if (plan === undefined || intent?.kind !== 'Revert') return { notYet: deps.pace.poll, reason: 'no intent to revert stands' };
    const { source, edits } = await revertEdits(deps, view, plan);
    const title = `revert: ${renderTitle(view.request, plan)}`.slice(0, 120);
    const why = clusters.map((cluster) => cluster.verification?.message ?? cluster.rollout?.message).find((message) => message !== undefined) ?? 'it did harm';
    await needLeave(deps, view, { frozenCounts: true });
    const commit = await source.forge.commit({
      repository: plan.source.repository,
      branch: intent.branch,
      parent: intent.parent,
      files: new Map(edits.map((edit) => [edit.path, edit.after])),
      message: `${title}\n\nFleetmend-Request: ${view.request.metadata.namespace}/${view.request.metadata.name}\nFleetmend-Plan: ${plan.digest}\n`,
    });
    await needLeave(deps, view, { frozenCounts: true });
    const state = await source.forge.openPullRequest({
      repository: plan.source.repository,
      branch: intent.branch,
      base: plan.source.branch,
      title,
      body: `This takes #${pullRequest?.number ?? 0} back, because after it was applied: \`${why.replace(/[`\r\n]/g, "'").slice(0, 300)}\`.\n\n<!-- ${marker(view.request)} revert -->`,
      labels: ['fleetmend', 'revert'],
      reviewers: { users: source.binding.spec.reviewers?.users ?? [], teams: source.binding.spec.reviewers?.teams ?? [] },
      marker: `${marker(view.request)} revert`,
    });
    await recordOpened(deps, view, { kind: 'Revert', plan, parent: intent.parent, commit, pullRequest: state, repository: source.repository });
    return { fact: { revert: toFact({ state, view, forge: source.forge }, {}, undefined) } };
  });
}
