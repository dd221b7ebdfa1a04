import type { GitOpsEngine } from '@fleetmend/plugin-api';
import type { Application } from './schema.ts';

type IsAncestor = Parameters<GitOpsEngine['readRollout']>[0]['isAncestor'];
type Read = Pick<Application, 'spec' | 'status'>;

/**
 * The commit of the dry source that a synced revision was made of; the revision itself where nothing is hydrated. Only the last hydration is
 * known, and what was merged on top of its commit on the way to the branch that is synced.
 */
export async function dryRevision({ spec, status }: Read, revision: string, isAncestor: IsAncestor): Promise<string | undefined> {
  if (!spec.sourceHydrator) return revision;
  const { drySHA, hydratedSHA } = status.sourceHydrator?.lastSuccessfulOperation ?? {};
  if (hydratedSHA === undefined) return undefined;
  return hydratedSHA === revision || (await isAncestor(hydratedSHA, revision)) ? drySHA : undefined;
}

/** What a commit of the dry source waits for until it can be synced; undefined: for the sync alone. */
export async function hydrationOf({ spec, status }: Read, commit: string, isAncestor: IsAncestor): Promise<string | undefined> {
  const { currentOperation, lastSuccessfulOperation } = status.sourceHydrator ?? {};
  const { syncSource, hydrateTo } = spec.sourceHydrator ?? {};
  const isHydrated = lastSuccessfulOperation?.drySHA !== undefined && (await isAncestor(commit, lastSuccessfulOperation.drySHA));
  if (!isHydrated) return currentOperation?.phase === 'Failed' ? currentOperation.message : `${commit.slice(0, 8)} is not hydrated yet`;
  if (hydrateTo === undefined || hydrateTo.targetBranch === syncSource?.targetBranch) return undefined;
  return `${commit.slice(0, 8)} is hydrated into the branch ${hydrateTo.targetBranch}: somebody has to bring it into ${syncSource?.targetBranch ?? 'the branch that is synced'}`;
}
