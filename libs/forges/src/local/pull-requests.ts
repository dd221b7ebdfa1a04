import type { Clock } from '@fleetmend/kernel';
import { PermanentError } from '@fleetmend/kernel';
import type { BareRepository, Identity } from '@fleetmend/git';
import type { MergeResult, PullRequestState } from '@fleetmend/plugin-api';
import type { LocalRepositories } from './repositories.ts';
import type { PullRequestRow } from './schema.ts';
import type { PullRequestStore } from './store.ts';

export interface PullRequestDeps {
  readonly store: PullRequestStore;
  readonly repositories: LocalRepositories;
  readonly clock: Clock;
  readonly mergeMethod: 'Squash' | 'Merge';
}

/** Who acts: a person, or this hub itself. */
export interface Actor extends Identity {
  readonly login: string;
  readonly kind: 'Human' | 'Bot' | 'Us';
}

const TRIES = 5;

/** The pull request as it stands now: what Git shows comes first, what was written down second. */
export async function readState(deps: PullRequestDeps, row: PullRequestRow): Promise<PullRequestState> {
  const repository = await deps.repositories.open(row.repository);
  const now = await settle(deps, repository, row);
  const head = now.state === 'Open' ? ((await repository.findHead(now.branch)) ?? now.head) : now.head;
  const base = now.state === 'Open' ? ((await repository.findHead(now.base)) ?? now.base_sha) : now.base_sha;
  const commits = await repository.log({ from: head, without: base, limit: 100 });
  return {
    number: now.number,
    url: `local:${now.repository}/pulls/${now.number}`,
    branch: now.branch,
    base: now.base,
    body: now.body,
    headSHA: head,
    state: now.state,
    closedBy: now.state === 'Closed' && now.closed_by !== null && now.closed_kind !== null ? { login: now.closed_by, kind: now.closed_kind } : undefined,
    mergeSHA: now.merge_sha ?? undefined,
    mergeable: now.state === 'Open' ? await isMergeable(deps, repository, { base, head, exists: (await repository.findHead(now.branch)) !== undefined }) : undefined,
    commits: [...commits].reverse().map(({ sha, message }) => ({ sha, message, byUs: deps.store.isOurCommit(now.repository, sha) })),
    reviews: deps.store.reviews(now.number).map(({ author, state, head: headSHA }) => ({ author, state, headSHA })),
    checks: 'None',
  };
}

/** An open one whose merge reached the base before somebody could write that down, or that was merged by a push, is merged. */
async function settle({ store, clock }: PullRequestDeps, repository: BareRepository, row: PullRequestRow): Promise<PullRequestRow> {
  const base = row.state === 'Open' ? await repository.findHead(row.base) : undefined;
  if (base === undefined) return row;
  const end = (merge: { readonly sha: string; readonly login: string; readonly head: string; readonly base_sha: string }) => {
    store.end(row.number, { state: 'Merged', mergeSHA: merge.sha, baseSHA: merge.base_sha, by: merge.login, head: merge.head, at: clock.now() });
    return store.get(row.number) ?? row;
  };
  for (const merge of store.merges(row.number)) if (await repository.isAncestor(merge.sha, base)) return end(merge);
  const head = await repository.findHead(row.branch);
  const pushed = head !== undefined && head !== row.base_sha && (await repository.isAncestor(head, base));
  return pushed ? end({ sha: head, login: '', head, base_sha: row.base_sha }) : row;
}

async function isMergeable({ clock }: PullRequestDeps, repository: BareRepository, { base, head, exists }: { readonly base: string; readonly head: string; readonly exists: boolean }): Promise<boolean> {
  if (!exists) return false;
  return (await repository.createMerge({ base, head, method: 'Squash', message: 'trial', author: { name: 'trial', email: 'trial@fleet.local' }, at: clock.now() })) !== undefined;
}

export interface MergeOrder {
  readonly number: number;
  /** Undefined: whatever the head is. */
  readonly expectedHead: string | undefined;
  readonly message: string;
  readonly by: Actor;
}

/**
 * Merges in three steps, each of which may be the last before a crash: the merge commit is made and noted, the base moves by
 * compare-and-swap, the end is written down. The base moves inside the database transaction, so nobody can close meanwhile.
 */
export async function merge(deps: PullRequestDeps, { number, expectedHead, message, by }: MergeOrder): Promise<MergeResult> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const row = needRow(deps.store, number);
    const repository = await deps.repositories.open(row.repository);
    const state = await readState(deps, row);
    if (state.state === 'Merged' && state.mergeSHA !== undefined) return { merged: true, sha: state.mergeSHA };
    if (state.state === 'Closed') return refused('NotMergeable', `pull request ${number} is closed`);
    if (expectedHead !== undefined && state.headSHA !== expectedHead) return refused('HeadMoved', `the head of ${row.branch} is ${state.headSHA}, not ${expectedHead}`);
    const base = await repository.head(row.base);
    const sha = await repository.createMerge({ base, head: state.headSHA, method: deps.mergeMethod, message, author: by, at: deps.clock.now() });
    if (sha === undefined || !state.mergeable) return refused('NotMergeable', `${row.branch} conflicts with ${row.base}`);
    deps.store.noteMerge({ number, sha, login: by.login, head: state.headSHA, base_sha: base });
    const moved = deps.store.atomically(() => {
      if (needRow(deps.store, number).state !== 'Open') return false;
      if (!repository.moveBranch({ branch: row.base, from: base, to: sha })) return false;
      deps.store.end(number, { state: 'Merged', mergeSHA: sha, baseSHA: base, by: by.login, head: state.headSHA, at: deps.clock.now() });
      return true;
    });
    if (moved) return { merged: true, sha };
  }
  return refused('NotMergeable', `the base of pull request ${number} kept moving`);
}

/** Closes it unless it has ended already. */
export async function close(deps: PullRequestDeps, number: number, by: Actor): Promise<void> {
  const row = needRow(deps.store, number);
  const state = await readState(deps, row);
  if (state.state === 'Open') deps.store.atomically(() => deps.store.end(number, { state: 'Closed', kind: by.kind, by: by.login, head: state.headSHA, at: deps.clock.now() }));
}

export function needRow(store: PullRequestStore, number: number): PullRequestRow {
  const row = store.get(number);
  if (!row) throw new PermanentError('PullRequestNotFound', `the local forge has no pull request ${number}`);
  return row;
}

function refused(reason: 'HeadMoved' | 'NotMergeable', message: string): MergeResult {
  return { merged: false, reason, message };
}
