import type { Remote } from '@fleetmend/ports';

/** What is to be committed. The identity of a commit is (tree, parent, trailer): the SHA is the forge's own affair. */
export interface CommitRequest {
  readonly repository: string;
  readonly branch: string;
  /** The commit that the branch starts from. */
  readonly parent: string;
  readonly files: ReadonlyMap<string, string>;
  readonly message: string;
}

export interface CommitResult {
  readonly sha: string;
  /** The forge vouches for the signature. Undefined: it does not say. */
  readonly verified: boolean | undefined;
}

export interface PullRequestDraft {
  readonly repository: string;
  readonly branch: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly reviewers: { readonly users: readonly string[]; readonly teams: readonly string[] };
  /** Stands in the body; a pull request for this branch without it is not ours and is never adopted. */
  readonly marker: string;
}

export interface Review {
  readonly author: string;
  readonly state: 'Approved' | 'ChangesRequested' | 'Commented';
  readonly headSHA: string;
}

/** A pull request as the forge tells it, now. */
export interface PullRequestState {
  readonly number: number;
  readonly url: string;
  readonly branch: string;
  readonly base: string;
  readonly body: string;
  readonly headSHA: string;
  readonly state: 'Open' | 'Closed' | 'Merged';
  /** Login of who closed it, when closed and known; `us` when it was this hub's own account. */
  readonly closedBy: { readonly login: string; readonly kind: 'Human' | 'Bot' | 'Us' } | undefined;
  readonly mergeSHA: string | undefined;
  /** True: merging needs no hand work. Undefined: the forge has yet to find out. */
  readonly mergeable: boolean | undefined;
  /** Commits on the branch beyond its base, oldest first. */
  readonly commits: readonly { readonly sha: string; readonly message: string; readonly byUs: boolean }[];
  readonly reviews: readonly Review[];
  readonly checks: 'Passing' | 'Failing' | 'Pending' | 'None';
}

export type MergeResult = { readonly merged: true; readonly sha: string } | { readonly merged: false; readonly reason: 'HeadMoved' | 'NotMergeable' | 'NotAllowed'; readonly message: string };

export interface ForgeCapabilities {
  readonly signsCommits: boolean;
  /** People review in it, and it tells who approved which head: then that, and no RemediationApproval, is T1's yes. */
  readonly reviews: boolean;
  /** It tells of checks. They appear some time after a push, so the hub does not merge at once. */
  readonly checks: boolean;
}

/**
 * Where repositories and their pull requests live. Each call may be repeated after a crash and then finds what it did before.
 *
 * A refused token is a PermanentError `ForgeRefused` naming the forge and what the token lacks; a missing repository is
 * `RepositoryNotFound`; limits and outages are transient.
 */
export interface Forge {
  readonly kind: string;
  readonly capabilities: ForgeCapabilities;
  /** Where to fetch the repository from. */
  remote(repository: string): Promise<Remote>;
  /**
   * Puts one commit on a new branch. The branch exists with our files, parent and message = done;
   * with anything else = PermanentError `BranchTaken`.
   */
  commit(request: CommitRequest): Promise<CommitResult>;
  /** Opens it, or adopts the one of this branch whose body holds the marker and which is not closed by us. */
  openPullRequest(draft: PullRequestDraft): Promise<PullRequestState>;
  /** The newest pull request of that head branch in any state; undefined: none. */
  readPullRequest(reference: { readonly repository: string; readonly branch: string }): Promise<PullRequestState | undefined>;
  /** Merges only if the head still is `expectedHead`; merged already = done. */
  mergePullRequest(reference: { readonly repository: string; readonly number: number; readonly expectedHead: string; readonly message: string }): Promise<MergeResult>;
  /** Comments (once per `marker`), and closes if asked to. Answers the state that it saw after. */
  updatePullRequest(update: { readonly repository: string; readonly number: number; readonly comment?: { readonly marker: string; readonly body: string }; readonly close?: boolean }): Promise<void>;
}
