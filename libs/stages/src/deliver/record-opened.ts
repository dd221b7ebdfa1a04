import { renderTime } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import { PLAN_PREDICATE, STATEMENT_TYPE, type Plan, type PlanStatement } from '@fleetmend/model';
import type { CommitResult, PullRequestState } from '@fleetmend/plugin-api';
import type { Repository } from '@fleetmend/ports';
import type { StageDeps } from '../stage.ts';

interface Opened {
  readonly kind: PlanStatement['predicate']['kind'];
  readonly plan: Plan;
  readonly parent: string;
  readonly commit: CommitResult;
  readonly pullRequest: PullRequestState;
  readonly repository: Repository;
}

/**
 * Puts a pull request that was just opened on record: its commit with what the forge says of its signature, and, where the hub has
 * a key, a signed statement of what was pushed and why it was allowed.
 */
export async function recordOpened(deps: Pick<StageDeps, 'audit' | 'attest'>, view: View, opened: Opened): Promise<void> {
  const { kind, plan, parent, commit, pullRequest, repository } = opened;
  const { namespace, name, uid } = view.request.metadata;
  const { attempt } = view.request.status;
  const statement = deps.attest === undefined ? undefined : planStatement(view, opened, await repository.treeId(commit.sha));
  await deps.audit.record({
    step: kind === 'Revert' ? 'openRevert' : 'openPullRequest',
    actor: 'hub',
    request: { namespace, name, uid, attempt },
    data: {
      plan: plan.digest,
      patch: plan.edit,
      branch: pullRequest.branch,
      parent,
      commit: commit.sha,
      verified: commit.verified ?? null,
      pullRequest: pullRequest.url,
      ...(statement === undefined ? {} : { attestation: deps.attest?.(statement) }),
    },
  });
}

/** @throws Error for a pull request without a verdict: none is ever opened. */
function planStatement(view: View, { kind, plan, commit, pullRequest }: Opened, tree: string): PlanStatement {
  const { metadata, status } = view.request;
  const { verdict, diagnosis } = status;
  if (verdict === undefined) throw new Error(`request ${metadata.name} has no verdict that could be attested`);
  const { result, tier, warnings, requires, factsAt, bundle } = verdict;
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: plan.source.repository, digest: { gitCommit: commit.sha, gitTree: tree } }],
    predicateType: PLAN_PREDICATE,
    predicate: {
      kind,
      request: { namespace: metadata.namespace, name: metadata.name, uid: metadata.uid, attempt: status.attempt },
      pullRequest: pullRequest.url,
      plan: { digest: plan.digest, edit: plan.edit, action: plan.action, base: plan.base, files: plan.files.map(({ path }) => path) },
      proof: plan.proof,
      verdict: { result, tier, warnings, requires, factsAt },
      policy: bundle,
      evidence: (diagnosis?.evidence ?? []).map((item) => item.digest),
      at: renderTime(view.now),
    },
  };
}
