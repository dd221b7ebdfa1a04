import { type BareRepository, readCommitSignature } from '@fleetmend/git';
import { PermanentError } from '@fleetmend/kernel';
import type { CommitRequest, CommitResult, Forge, PullRequestDraft, PullRequestState } from '@fleetmend/plugin-api';
import { type Actor, type PullRequestDeps, close, merge, needRow, readState } from './pull-requests.ts';

/** The hub's side of the local forge. */
export function localForge(deps: PullRequestDeps, us: Actor): Forge {
  const { store, repositories, clock, signer } = deps;

  /** Read back from what was stored, and good only if it is our own key that signed. Undefined: nothing is signed here. */
  const readVerified = async (repository: BareRepository, sha: string): Promise<boolean | undefined> => {
    if (!signer) return undefined;
    const signature = readCommitSignature(await repository.commitObject(sha));
    return signature.kind === 'ssh' && signature.holds && signature.publicKey === signer.publicKey;
  };

  const commit = async ({ repository: name, branch, parent, files, message }: CommitRequest): Promise<CommitResult> => {
    const repository = await repositories.open(name);
    const isBase = branch === (await repository.defaultBranch()) || store.bases(name).includes(branch);
    if (isBase) throw new PermanentError('BranchProtected', `${branch} of ${name} takes changes through pull requests only`);
    const head = await repository.findHead(branch);
    const sha = await repository.createCommit({ parent, files, message, author: us, at: clock.now(), signer });
    if (head !== undefined) {
      const [existing] = await repository.log({ from: head, limit: 1 });
      const same = existing?.parents.join() === parent && existing.message.trim() === message.trim() && (await repository.treeId(head)) === (await repository.treeId(sha));
      if (!same) throw new PermanentError('BranchTaken', `branch ${branch} of ${name} holds something else (${head.slice(0, 8)}): look at it, and delete it if nobody needs it`);
      store.noteOurCommit(name, head); // known already, unless the database was lost
      return { sha: head, verified: await readVerified(repository, head) };
    }
    store.noteOurCommit(name, sha);
    if (!repository.moveBranch({ branch, from: undefined, to: sha })) throw new Error(`branch ${branch} of ${name} was made by another process just now`);
    return { sha, verified: await readVerified(repository, sha) };
  };

  const openPullRequest = async (draft: PullRequestDraft): Promise<PullRequestState> => {
    const repository = await repositories.open(draft.repository);
    const [head, baseSHA] = [await repository.head(draft.branch), await repository.head(draft.base)];
    const number = store.atomically(() => {
      const known = store.ofBranch(draft.repository, draft.branch);
      const ours = known.find((row) => row.body.includes(draft.marker) && row.closed_kind !== 'Us');
      if (ours) return ours.number;
      const theirs = known.find((row) => row.state === 'Open');
      if (theirs) throw new PermanentError('PullRequestTaken', `pull request ${theirs.number} of ${draft.repository} is open for branch ${draft.branch} and is not ours: close it, or leave the repair to whoever opened it`);
      const reviewers = [...draft.reviewers.users, ...draft.reviewers.teams];
      return store.insert({ ...draft, reviewers, author: us.login, head, baseSHA, at: clock.now() });
    });
    return readState(deps, needRow(store, number));
  };

  return {
    kind: 'local',
    capabilities: { signsCommits: signer !== undefined, reviews: false, checks: false },
    remote: async (repository) => ({ url: (await repositories.open(repository)).path }),
    commit,
    openPullRequest,
    async readPullRequest({ repository, branch }) {
      await repositories.open(repository);
      const [newest] = store.ofBranch(repository, branch);
      return newest && readState(deps, newest);
    },
    mergePullRequest: ({ number, expectedHead, message }) => merge(deps, { number, expectedHead, message, by: us }),
    async updatePullRequest({ number, comment, close: closing }) {
      needRow(store, number);
      if (comment) store.addComment(number, { author: us.login, marker: comment.marker, body: comment.body, at: clock.now() });
      if (closing) await close(deps, number, us);
    },
  };
}
