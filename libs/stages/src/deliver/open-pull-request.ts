import { PermanentError } from '@fleetmend/kernel';
import { rebuildEdits } from '../propose/propose.ts';
import { needLeave } from './leave.ts';
import { marker } from './names.ts';
import { renderBody, renderCommitMessage, renderTitle } from './pull-request-text.ts';
import { deliveredFact } from './pull-request-fact.ts';
import { recordOpened } from './record-opened.ts';
import { withLeave } from './with-leave.ts';
import { isEditable } from '@fleetmend/manifest';
import type { Stage, StageDeps } from '../stage.ts';

/** Pushes the judged bytes on a branch of ours and opens the pull request, or finds what an earlier try left. Noun: `PullRequest`. */
export function openPullRequest(deps: StageDeps): Stage {
  return withLeave(deps, async (view) => {
    const { plan, intent } = view.request.status;
    if (plan === undefined || intent === undefined) return { notYet: deps.pace.poll, reason: 'no intent stands' };
    const { source, edits } = await rebuildEdits(deps, view, plan);
    for (const edit of edits) {
      if (!isEditable(edit.path, source.binding.spec.editablePaths)) throw new PermanentError('NotEditable', `${edit.path} is not among the editable paths of RepoBinding ${source.binding.name}`);
    }
    const { repository } = plan.source;
    await needLeave(deps, view, { frozenCounts: true });
    const commit = await source.forge.commit({
      repository,
      branch: intent.branch,
      parent: intent.parent,
      files: new Map(edits.map((edit) => [edit.path, edit.after])),
      message: renderCommitMessage(view.request, plan),
    });
    await needLeave(deps, view, { frozenCounts: true });
    const state = await source.forge.openPullRequest({
      repository,
      branch: intent.branch,
      base: plan.source.branch,
      title: renderTitle(view.request, plan),
      body: renderBody(view.request, plan),
      labels: ['fleetmend', `tier-${view.request.status.verdict?.tier ?? plan.tier}`],
      reviewers: { users: source.binding.spec.reviewers?.users ?? [], teams: source.binding.spec.reviewers?.teams ?? [] },
      marker: marker(view.request),
    });
    await recordOpened(deps, view, { kind: 'Repair', plan, parent: intent.parent, commit, pullRequest: state, repository: source.repository });
    return { fact: { ...deliveredFact({ state, view, forge: source.forge }), plan: { ...plan, tier: view.request.status.verdict?.tier ?? plan.tier } } };
  });
}
