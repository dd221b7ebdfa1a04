import { type Clock, PermanentError } from '@fleetmend/kernel';
import type { BareRepository, Identity, SshSigner } from '@fleetmend/git';
import type { MergeResult, PullRequestState } from '@fleetmend/plugin-api';
import type { Compare } from './comparison.ts';
import type { LocalRepositories } from './repositories.ts';
import type { PullRequestRow } from './schema.ts';
import type { PullRequestStore } from './store.ts';

export interface PullRequestDeps {
  readonly store: PullRequestStore;
  readonly repositories: LocalRepositories;
  readonly clock: Clock;
  readonly mergeMethod: 'Squash' | 'Merge';
  readonly compare: Compare;
  /** What the hub signs with; people sign for themselves. */
  readonly signer?: SshSigner | undefined;
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
  const branches = row.state === 'Open' ? await repository.branches() : new Map<string, string>();
  const now = row.state === 'Open' ? await settle(deps, { repository, branches, row }) : row;
  const open = now.state === 'Open';
  const head = (open ? branches.get(now.branch) : undefined) ?? now.head;
  const base = (open ? branches.get(now.base) : undefined) ?? now.base_sha;
  const { commits, mergeable } = await deps.compare(repository, base, head);
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
    mergeable: open ? mergeable && branches.has(now.branch) : undefined,
    commits: commits.map(({ sha, message }) => ({ sha, message, byUs: deps.store.isOurCommit(now.repository, sha) })),
    reviews: deps.store.reviews(now.number).map(({ author, state, head: headSHA }) => ({ author, state, headSHA })),
    checks: 'None',
  };
}

interface Settling {
  readonly repository: BareRepository;
  readonly branches: ReadonlyMap<string, string>;
  readonly row: PullRequestRow;
}

/** An open one whose merge reached the base before somebody could write that down, or that was merged by a push, is merged. */
async function settle({ store, clock, compare }: PullRequestDeps, { repository, branches, row }: Settling): Promise<PullRequestRow> {
  const [base, head] = [branches.get(row.base), branches.get(row.branch)];
  if (base === undefined) return row;
  const end = (merge: { readonly sha: string; readonly login: string; readonly head: string; readonly base_sha: string }) => {
    store.end(row.number, { state: 'Merged', mergeSHA: merge.sha, baseSHA: merge.base_sha, by: merge.login, head: merge.head, at: clock.now() });
    return store.get(row.number) ?? row;
  };
  for (const merge of store.merges(row.number)) if (await repository.isAncestor(merge.sha, base)) return end(merge);
  const pushed = head !== undefined && head !== row.base_sha && (await compare(repository, base, head)).commits.length === 0;
  return pushed ? end({ sha: head, login: '', head, base_sha: row.base_sha }) : row;
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
    const sha = await repository.createMerge({ base, head: state.headSHA, method: deps.mergeMethod, message, author: by, at: deps.clock.now(), signer: by.kind === 'Us' ? deps.signer : undefined });
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
