import { z } from 'zod';

/** A row as SQLite answers it. `head` and `base_sha` are kept up to date until the pull request ends, then they stay. */
export const PullRequestRow = z.object({
  number: z.number(),
  repository: z.string(),
  branch: z.string(),
  base: z.string(),
  title: z.string(),
  body: z.string(),
  labels: z.string(),
  author: z.string(),
  opened_at: z.number(),
  state: z.enum(['Open', 'Closed', 'Merged']),
  head: z.string(),
  base_sha: z.string(),
  merge_sha: z.string().nullable(),
  closed_by: z.string().nullable(),
  closed_kind: z.enum(['Human', 'Bot', 'Us']).nullable(),
});
export type PullRequestRow = z.infer<typeof PullRequestRow>;

/** A merge commit that was made for a pull request; it counts once the base holds it. */
export const Merge = z.object({ number: z.number(), sha: z.string(), login: z.string(), head: z.string(), base_sha: z.string() });
export type Merge = z.infer<typeof Merge>;

export const StoredReview = z.object({ author: z.string(), state: z.enum(['Approved', 'ChangesRequested', 'Commented']), head: z.string(), body: z.string(), at: z.number() });
export type StoredReview = z.infer<typeof StoredReview>;

export const Comment = z.object({ author: z.string(), marker: z.string(), body: z.string(), at: z.number() });
export type Comment = z.infer<typeof Comment>;
