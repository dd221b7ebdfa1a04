import { z } from 'zod';

/*
 * What GitLab answers, with the fields that are read here. Source: docs.gitlab.com, REST API resources: Projects, Branches, Commits,
 * Repository files, Merge requests, Merge request approvals, Notes, Users.
 */

const User = z.object({ id: z.number(), username: z.string() });
/** `commit_email` is what commits that are made through the API carry. */
export const CurrentUser = User.extend({ email: z.string().default(''), commit_email: z.string().nullish() });
export const Users = z.array(User);
/** Users of project, group and service access tokens are bots. */
export const UserDetail = z.object({ username: z.string(), bot: z.boolean().nullish() });

export const Project = z.object({ id: z.number(), path_with_namespace: z.string(), default_branch: z.string() });
export const Branch = z.object({ name: z.string(), protected: z.boolean(), commit: z.object({ id: z.string() }) });
export const File = z.object({ content: z.string(), encoding: z.string(), execute_filemode: z.boolean().default(false) });

export const Commit = z.object({ id: z.string(), message: z.string(), parent_ids: z.array(z.string()).default([]), author_email: z.string().default(''), committer_email: z.string().default(''), created_at: z.string().default('') });
export type Commit = z.infer<typeof Commit>;
export const Diff = z.object({ new_path: z.string(), old_path: z.string(), a_mode: z.string(), b_mode: z.string(), new_file: z.boolean(), deleted_file: z.boolean() });
/** `verified`, `verified_system` (GitLab's own key), `unverified`, …; 404 for a commit without a signature. */
export const Signature = z.object({ verification_status: z.string() });

export const Pipeline = z.object({ id: z.number(), sha: z.string(), status: z.string() });

/** `closed_by` and `merge_user` are null where nobody did. `sha` is the head of the source branch. */
export const MergeRequest = z.object({
  iid: z.number(),
  web_url: z.string(),
  source_branch: z.string(),
  target_branch: z.string(),
  source_project_id: z.number().nullish(),
  target_project_id: z.number(),
  description: z.string().nullish(),
  state: z.enum(['opened', 'closed', 'merged', 'locked']),
  sha: z.string().nullish(),
  merge_commit_sha: z.string().nullish(),
  squash_commit_sha: z.string().nullish(),
  has_conflicts: z.boolean().nullish(),
  detailed_merge_status: z.string().nullish(),
  closed_by: User.nullish(),
  head_pipeline: Pipeline.nullish(),
});
export type MergeRequest = z.infer<typeof MergeRequest>;

/** One per push; newest first. */
export const Version = z.object({ head_commit_sha: z.string(), created_at: z.string() });
/** `approved_at` since GitLab 18. */
export const Approvals = z.object({ approved_by: z.array(z.object({ user: User, approved_at: z.string().nullish() })) });
export const Reviewer = z.object({ user: User, state: z.string() });
export const Note = z.object({ id: z.number(), body: z.string(), system: z.boolean().default(false), created_at: z.string().default(''), author: User.nullish() });
