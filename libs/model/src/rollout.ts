import { z } from 'zod';
import { sha, text, time } from './bounded.ts';

/** Did the merge reach the cluster? */
export const Rollout = z.object({
  engine: text(32),
  application: text(320).optional(),
  revision: sha().optional(),
  state: z.enum(['Waiting', 'Applied', 'Refused', 'Suspended', 'Unknown']),
  message: text(512).optional(),
  appliedAt: time().optional(),
});
export type Rollout = z.infer<typeof Rollout>;
