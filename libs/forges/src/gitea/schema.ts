import { z } from 'zod';

/*
 * What Gitea answers, with the fields that are read here. Source: the API types of Gitea 1.26 (modules/structs: User, Repository,
 * Branch, ContentsResponse, FilesResponse, Commit, PullRequest, PullReview, TimelineComment, CombinedStatus) and its swagger.
 */

export const User = z.object({ login: z.string() });

/** `email` is the address that commits of the API carry too. */
export const CurrentUser = User.extend({ full_name: z.string().default(''), email: z.string().default('') });
export type CurrentUser = z.infer<typeof CurrentUser>;

export const Repository = z.object({ full_name: z.string(), default_branch: z.string() });

/** A branch's commit comes in the form of push hooks: `id`, not `sha`. */
export const Branch = z.object({ name: z.string(), commit: z.object({ id: z.string() }), protected: z.boolean() });

export const Contents = z.object({ type: z.string(), sha: z.string(), content: z.string().nullish() });

export const Commit = z.object({
  sha: z.string(),
  author: User.nullish(),
  committer: User.nullish(),
  parents: z.array(z.object({ sha: z.string() })).nullish(),
  files: z.array(z.object({ filename: z.string() })).nullish(),
  commit: z.object({ message: z.string(), verification: z.object({ verified: z.boolean() }).nullish() }),
});
export type Commit = z.infer<typeof Commit>;

export const ChangedFiles = z.object({
  commit: z.object({ sha: z.string(), parents: z.array(z.object({ sha: z.string() })).nullish() }),
  verification: z.object({ verified: z.boolean() }).nullish(),
});

/**
 * `label` is the branch's name, also after it was deleted; `ref` then points at `refs/pull/<n>/head`. A fork's branch has the
 * same label as ours of that name: only `repo_id` tells them apart.
 */
const Side = z.object({ label: z.string(), sha: z.string().default(''), repo_id: z.number() });

export const PullRequest = z.object({
  number: z.number(),
  html_url: z.string(),
  body: z.string(),
  state: z.enum(['open', 'closed']),
  merged: z.boolean(),
  merge_commit_sha: z.string().nullish(),
  /** False also while Gitea has yet to find out. */
  mergeable: z.boolean(),
  head: Side,
  base: Side,
});
export type PullRequest = z.infer<typeof PullRequest>;

/** `official`: its author may write to the repository, or is on the base branch's list of approvers. Anybody who can read may review. */
export const Review = z.object({ id: z.number(), user: User.nullish(), state: z.string(), commit_id: z.string(), dismissed: z.boolean().default(false), official: z.boolean().default(false) });

export const Comment = z.object({ body: z.string() });

/** `close` and `reopen` are events like comments. */
export const TimelineEvent = z.object({ type: z.string(), user: User.nullish() });

export const CombinedStatus = z.object({ state: z.string(), total_count: z.number() });

export const Label = z.object({ id: z.number(), name: z.string() });
