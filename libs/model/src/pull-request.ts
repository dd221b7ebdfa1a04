import { z } from 'zod';
import { count, digest, sha, text, time } from './bounded.ts';

/** Written before the act: what is about to be pushed, so that a crash between act and record is found again. */
export const Intent = z.object({
  kind: z.enum(['Repair', 'Revert']),
  at: time(),
  branch: text(244),
  parent: sha(),
  forPlan: digest(),
  /** Fewer than the budget's number of other intents stood, by a quorum read after this one was written. */
  confirmed: z.boolean(),
  /** Withdrawn again, and why; it no longer counts. */
  withdrawn: text(64).optional(),
});
export type Intent = z.infer<typeof Intent>;

/** Another forge's merge request is a pull request too. All that is here was read from the forge. */
export const PullRequest = z.object({
  url: text(512),
  number: count(),
  branch: text(244),
  headSHA: sha().optional(),
  state: z.enum(['Open', 'Closed', 'Merged']),
  closedBy: z.enum(['Human', 'Bot', 'Us', 'Unknown']).optional(),
  /** Someone else committed to our branch or changed the base. */
  touched: z.boolean(),
  conflict: z.boolean().optional(),
  /** What they say of this head; absent: the forge has none. `None` and `Passing` mean little a moment after a push. */
  checks: z.enum(['Passing', 'Failing', 'Pending', 'None']).optional(),
  /** Tier, reviews and checks allow the hub itself to merge this head. */
  mayMerge: z.boolean().optional(),
  approvals: count().optional(),
  commented: z.boolean().optional(),
  mergeSHA: sha().optional(),
  /** What the base holds at the edited fields: `Before` (as it was), `Ours` (as the merge left it), `Other`. */
  baseValue: z.enum(['Before', 'Ours', 'Other']).optional(),
  /** The merged change was somebody else's commit that already held our value. */
  foreignMerge: z.boolean().optional(),
  /** Of a revert: applied in every cluster. */
  applied: z.boolean().optional(),
  openedAt: time(),
  readAt: time().optional(),
});
export type PullRequest = z.infer<typeof PullRequest>;
