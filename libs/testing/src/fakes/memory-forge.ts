import { PermanentError, type Clock, type Instant } from '@fleetmend/kernel';
import type { CommitRequest, Forge, PullRequestDraft, PullRequestState, Review } from '@fleetmend/plugin-api';
import type { MemoryCommit, MemoryGit } from './memory-git.ts';

/** The login under which the hub's own account acts. */
export const US = 'fleetmend';
const BOTS = /\[bot\]$/;

/** A pull request as the forge stores it. */
export interface MemoryPullRequest {
  readonly number: number;
  readonly branch: string;
  base: string;
  readonly author: string;
  readonly title: string;
  readonly body: string;
  readonly openedAt: Instant;
  state: PullRequestState['state'];
  closedBy: string | undefined;
  mergeSHA: string | undefined;
  mergedBy: string | undefined;
  checks: PullRequestState['checks'];
  readonly reviews: Review[];
  readonly comments: { readonly marker: string; readonly body: string }[];
}

export type ForgeChange = { readonly kind: 'Opened' | 'Closed' | 'Merged' | 'Commented'; readonly pullRequest: MemoryPullRequest; readonly by: string };

export interface MemoryForge {
  /** What plugins of this kind offer. */
  readonly forge: Forge;
  pullRequests(): readonly MemoryPullRequest[];
  /** The same state that `readPullRequest` answers. */
  stateOf(pullRequest: MemoryPullRequest): PullRequestState;
  onChange(listener: (change: ForgeChange) => void): void;
  /** What people, and other bots, do on the forge's own pages. */
  readonly people: {
    merge(number: number, by: string): boolean;
    close(number: number, by: string): void;
    review(number: number, review: Pick<Review, 'author' | 'state'>): void;
    /** Pushes onto the branch of a pull request. */
    push(number: number, by: string, files: ReadonlyMap<string, string>): void;
    open(draft: PullRequestDraft, by: string): MemoryPullRequest;
  };
}

export interface MemoryForgeOptions {
  readonly git: MemoryGit;
  readonly clock: Pick<Clock, 'now'>;
  readonly repository: string;
  readonly kind?: string;
  /** Where the repository can be fetched from. */
  readonly address?: string;
  /** Merges a file that both sides changed; undefined: they conflict. Without it two changes of one file always do. */
  readonly mergeTexts?: (texts: { readonly base: string; readonly ours: string; readonly theirs: string }) => string | undefined;
}

/** A forge with one repository: pull requests over {@link MemoryGit}, compare-and-swap merges, people who act on them. */
export function memoryForge({ git, clock, repository, kind = 'memory', address = `memory:${repository}`, mergeTexts = () => undefined }: MemoryForgeOptions): MemoryForge {
  const all: MemoryPullRequest[] = [];
  const listeners: ((change: ForgeChange) => void)[] = [];
  const tell = (change: ForgeChange) => listeners.forEach((listener) => listener(change));
  const byNumber = (number: number): MemoryPullRequest => {
    const found = all.find((one) => one.number === number);
    if (found === undefined) throw new PermanentError('PullRequestNotFound', `${repository} has no pull request #${number}`);
    return found;
  };

  const headOf = (pullRequest: MemoryPullRequest): MemoryCommit => {
    const head = git.tip(pullRequest.branch);
    if (head === undefined) throw new PermanentError('BranchNotFound', `branch ${pullRequest.branch} of #${pullRequest.number} is gone`);
    return head;
  };

  /** What a merge would write onto the base; undefined: the two conflict, or one of them is gone. */
  const merged = (pullRequest: MemoryPullRequest): ReadonlyMap<string, string | undefined> | undefined => {
    const base = git.tip(pullRequest.base);
    const head = headOf(pullRequest);
    const from = base && git.mergeBase(base.sha, head.sha);
    if (base === undefined || from === undefined) return undefined;
    const files = new Map<string, string | undefined>();
    for (const path of changedSince(from, head)) {
      const [was, ours, theirs] = [from.files.get(path), base.files.get(path), head.files.get(path)];
      if (ours === was || ours === theirs) files.set(path, theirs);
      else {
        const both = was === undefined || ours === undefined || theirs === undefined ? undefined : mergeTexts({ base: was, ours, theirs });
        if (both === undefined) return undefined;
        files.set(path, both);
      }
    }
    return files;
  };

  const stateOf = (pullRequest: MemoryPullRequest): PullRequestState => {
    const head = headOf(pullRequest);
    const base = git.tip(pullRequest.base);
    const { closedBy } = pullRequest;
    return {
      number: pullRequest.number,
      url: `memory:${repository}/pull/${pullRequest.number}`,
      branch: pullRequest.branch,
      base: pullRequest.base,
      body: pullRequest.body,
      headSHA: head.sha,
      state: pullRequest.state,
      closedBy: closedBy === undefined ? undefined : { login: closedBy, kind: closedBy === US ? 'Us' : BOTS.test(closedBy) ? 'Bot' : 'Human' },
      mergeSHA: pullRequest.mergeSHA,
      mergeable: pullRequest.state === 'Open' ? merged(pullRequest) !== undefined : undefined,
      commits: ownCommits(git, head, base).map(({ sha, message, author }) => ({ sha, message, byUs: author === US })),
      reviews: [...pullRequest.reviews],
      checks: pullRequest.checks,
    };
  };

  const merge = (pullRequest: MemoryPullRequest, by: string, message: string): string => {
    const head = headOf(pullRequest);
    const base = git.tip(pullRequest.base);
    const files = merged(pullRequest);
    if (base === undefined || files === undefined) throw new PermanentError('BranchNotFound', `base ${pullRequest.base} of #${pullRequest.number} is gone, or in conflict with it`);
    const made = git.commit({ branch: pullRequest.base, parents: [base.sha, head.sha], files, author: by, message });
    Object.assign(pullRequest, { state: 'Merged', mergeSHA: made.sha, mergedBy: by });
    tell({ kind: 'Merged', pullRequest, by });
    return made.sha;
  };

  const open = (draft: PullRequestDraft, by: string): MemoryPullRequest => {
    const { branch, base, title, body } = draft;
    const made: MemoryPullRequest = { number: all.length + 1, branch, base, author: by, title, body, openedAt: clock.now(), state: 'Open', closedBy: undefined, mergeSHA: undefined, mergedBy: undefined, checks: 'None', reviews: [], comments: [] };
    all.push(made);
    tell({ kind: 'Opened', pullRequest: made, by });
    return made;
  };

  const close = (pullRequest: MemoryPullRequest, by: string): void => {
    if (pullRequest.state !== 'Open') return;
    Object.assign(pullRequest, { state: 'Closed', closedBy: by });
    tell({ kind: 'Closed', pullRequest, by });
  };

  const newest = (branch: string) => all.findLast((one) => one.branch === branch);

  const forge: Forge = {
    kind,
    capabilities: { signsCommits: false, reviews: true, checks: true },
    remote: async () => ({ url: address }),
    async commit(request) {
      const tip = git.tip(request.branch);
      if (tip === undefined) return { sha: git.commit({ branch: request.branch, parents: [request.parent], files: request.files, author: US, message: request.message }).sha, verified: undefined };
      if (!isSame(git, tip, request)) throw new PermanentError('BranchTaken', `branch ${request.branch} of ${repository} holds something else: delete it, or finish what it is for`);
      return { sha: tip.sha, verified: undefined };
    },
    async openPullRequest(draft) {
      const known = newest(draft.branch);
      if (known !== undefined && !(known.state === 'Closed' && known.closedBy === US)) {
        if (known.body.includes(draft.marker)) return stateOf(known);
        throw new PermanentError('PullRequestTaken', `#${known.number} of ${repository} uses branch ${draft.branch} and is not ours`);
      }
      return stateOf(open(draft, US));
    },
    async readPullRequest({ branch }) {
      const found = newest(branch);
      return found && stateOf(found);
    },
    async mergePullRequest({ number, expectedHead, message }) {
      const pullRequest = byNumber(number);
      if (pullRequest.state === 'Merged' && pullRequest.mergeSHA !== undefined) return { merged: true, sha: pullRequest.mergeSHA };
      if (headOf(pullRequest).sha !== expectedHead) return { merged: false, reason: 'HeadMoved', message: 'somebody pushed meanwhile' };
      if (pullRequest.state === 'Closed' || merged(pullRequest) === undefined) return { merged: false, reason: 'NotMergeable', message: 'closed, or in conflict with its base' };
      return { merged: true, sha: merge(pullRequest, US, message) };
    },
    async updatePullRequest({ number, comment, close: closing }) {
      const pullRequest = byNumber(number);
      if (comment !== undefined && !pullRequest.comments.some((one) => one.marker === comment.marker)) {
        pullRequest.comments.push(comment);
        tell({ kind: 'Commented', pullRequest, by: US });
      }
      if (closing === true) close(pullRequest, US);
    },
  };

  return {
    forge,
    pullRequests: () => all,
    stateOf,
    onChange: (listener) => void listeners.push(listener),
    people: {
      merge(number, by) {
        const pullRequest = byNumber(number);
        if (pullRequest.state !== 'Open' || merged(pullRequest) === undefined) return false;
        merge(pullRequest, by, `Merge #${number}`);
        return true;
      },
      close: (number, by) => close(byNumber(number), by),
      review: (number, review) => void byNumber(number).reviews.push({ ...review, headSHA: headOf(byNumber(number)).sha }),
      push: (number, by, files) => void git.commit({ branch: byNumber(number).branch, files, author: by, message: 'a change of mine' }),
      open,
    },
  };
}

function changedSince(from: MemoryCommit, head: MemoryCommit): readonly string[] {
  return [...new Set([...from.files.keys(), ...head.files.keys()])].filter((path) => from.files.get(path) !== head.files.get(path));
}

/** Commits that the branch has and its base does not, oldest first. After a merge: those that were merged. */
function ownCommits(git: MemoryGit, head: MemoryCommit, base: MemoryCommit | undefined): readonly MemoryCommit[] {
  const own: MemoryCommit[] = [];
  for (let commit: MemoryCommit | undefined = head; commit !== undefined; commit = git.find(commit.parents[0] ?? '')) {
    if (base !== undefined && isMainline(git, base, commit.sha)) break;
    own.unshift(commit);
  }
  return own;
}

/** Reachable from the base by first parents alone. */
function isMainline(git: MemoryGit, base: MemoryCommit, sha: string): boolean {
  for (let commit: MemoryCommit | undefined = base; commit !== undefined; commit = git.find(commit.parents[0] ?? '')) if (commit.sha === sha) return true;
  return false;
}

/** The identity of a commit: what it starts from, what it holds, what it says. The SHA is the forge's own affair. */
function isSame(git: MemoryGit, tip: MemoryCommit, { parent, files, message }: CommitRequest): boolean {
  if (tip.parents[0] !== parent || tip.message !== message) return false;
  const before = git.find(parent)?.files ?? new Map<string, string>();
  const wanted = new Map([...before, ...files]);
  return wanted.size === tip.files.size && [...wanted].every(([path, text]) => tip.files.get(path) === text);
}
