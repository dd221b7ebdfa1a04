import { z } from 'zod';

/*
 * What GitHub answers, with the fields that are read here. Source: docs.github.com, "GitHub REST API", version 2022-11-28
 * (sections Repositories, Branches, Git database, Pulls, Issues, Checks, Commit statuses, Apps).
 */

/** `type` is `User`, `Bot`, `Mannequin` or `Organization`. */
const User = z.object({ login: z.string(), type: z.string().default('User') });

export const AuthenticatedUser = User;
export const App = z.object({ slug: z.string() });
export const Nothing = z.unknown();

export const Repository = z.object({ full_name: z.string(), default_branch: z.string() });
export const Branch = z.object({ name: z.string(), protected: z.boolean().default(false), commit: z.object({ sha: z.string() }) });

export const Blob = z.object({ sha: z.string() });
export const Tree = z.object({ sha: z.string(), truncated: z.boolean().default(false), tree: z.array(z.object({ path: z.string(), mode: z.string(), type: z.string(), sha: z.string() })) });
export type TreeEntry = z.infer<typeof Tree>['tree'][number];
export const Reference = z.object({ ref: z.string(), object: z.object({ sha: z.string() }) });

/** `reason` says why a commit is not verified: `unsigned`, `bad_email`, … */
const Verification = z.object({ verified: z.boolean(), reason: z.string().default('') });
export const GitCommit = z.object({ sha: z.string(), message: z.string(), tree: z.object({ sha: z.string() }), parents: z.array(z.object({ sha: z.string() })), verification: Verification.nullish() });
export type GitCommit = z.infer<typeof GitCommit>;

/** Null users are addresses that belong to nobody. */
export const Commit = z.object({ sha: z.string(), author: User.partial().nullish(), committer: User.partial().nullish(), commit: z.object({ message: z.string() }) });

/** `repo` is null once the fork was deleted. */
const Side = z.object({ ref: z.string(), sha: z.string(), repo: z.object({ full_name: z.string() }).nullish() });

export const PullRequestEntry = z.object({ number: z.number(), html_url: z.string(), body: z.string().nullish(), state: z.enum(['open', 'closed']), merged_at: z.string().nullish(), head: Side, base: Side });
export type PullRequestEntry = z.infer<typeof PullRequestEntry>;

/** `mergeable` is null while GitHub computes it; `merge_commit_sha` of an open one is a test merge. */
export const PullRequest = PullRequestEntry.extend({ merged: z.boolean(), merge_commit_sha: z.string().nullish(), mergeable: z.boolean().nullish() });
export type PullRequest = z.infer<typeof PullRequest>;

export const Issue = z.object({ closed_by: User.nullish() });
export const Merged = z.object({ sha: z.string(), merged: z.boolean() });
/** "Get repository permissions for a user": `maintain` reads as write and `triage` as read. */
export const Permission = z.object({ permission: z.string() });

export const Review = z.object({ id: z.number(), user: User.nullish(), state: z.string(), commit_id: z.string().nullish(), author_association: z.string().default('NONE') });
export const Comment = z.object({ body: z.string().nullish() });

export const CheckRuns = z.object({ total_count: z.number(), check_runs: z.array(z.object({ status: z.string(), conclusion: z.string().nullish() })) });
export const CombinedStatus = z.object({ state: z.string(), total_count: z.number() });
