import { z } from 'zod';
import { Condition, count, digest, duration, selector, text, time } from './bounded.ts';

const share = () => z.string().regex(/^\d{1,3}%$|^\d{1,4}$/).max(5);

/** Moves one policy bundle over the fleet, wave by wave, each wave climbing the same stages. */
export const PolicyRolloutSpec = z.object({
  bundle: z.object({ digest: digest(), source: z.object({ oci: text(512).optional(), http: text(512).optional(), file: text(512).optional() }) }),
  waves: z.array(z.object({ name: text(63), clusters: selector(), maxConcurrency: share().optional(), before: z.array(z.enum(['Approval'])).max(1).optional() })).min(1).max(16),
  stages: z.array(z.object({ mode: z.enum(['Shadow', 'Warn', 'Enforce']), soak: duration().optional(), minDecisions: count().optional() })).min(1).max(3),
  halt: z
    .object({ evalErrors: share().optional(), newDenies: share().optional(), newAllows: count().optional(), failedVerifications: share().optional(), progressDeadline: duration().optional() })
    .optional(),
  paused: z.boolean().default(false),
});
export type PolicyRolloutSpec = z.infer<typeof PolicyRolloutSpec>;

export const PolicyRolloutStatus = z.object({
  state: z.enum(['Pending', 'Progressing', 'Completed', 'Halted', 'Waiting']).optional(),
  wave: text(63).optional(),
  stage: text(16).optional(),
  reason: text(256).optional(),
  progressedAt: time().optional(),
  conditions: z.array(Condition).max(8).optional(),
});
export type PolicyRolloutStatus = z.infer<typeof PolicyRolloutStatus>;
