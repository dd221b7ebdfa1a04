import { z } from 'zod';
import { count, text, time } from './bounded.ts';

/** Did the symptom go? `Unclear` says that nobody can tell yet, which is an answer; `Uncovered`, that it went and shows what it hid. */
export const Verification = z.object({
  state: z.enum(['Unclear', 'Healthy', 'Uncovered', 'StillFailing', 'Worse']),
  /** Healthy without a gap since then, up to `readAt`. */
  since: time().optional(),
  readAt: time(),
  /** Restarts of the pods of the merged template. One more starts the hold again: a slow death is no health. */
  restarts: count().optional(),
  message: text(512).optional(),
});
export type Verification = z.infer<typeof Verification>;
