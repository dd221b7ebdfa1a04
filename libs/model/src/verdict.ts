import { z } from 'zod';
import { count, digest, text, time } from './bounded.ts';
import { Tier } from './plan.ts';

export const Violation = z.object({
  /** Stable rule id: `R03`. */
  id: text(32),
  /** `Unsafe` denies. `Deferred` (freeze, cool-down, budget) only waits. */
  class: z.enum(['Unsafe', 'Deferred']),
  path: text(512).optional(),
  message: text(512),
  notBefore: time().optional(),
});
export type Violation = z.infer<typeof Violation>;

export const BundleInfo = z.object({ name: text(63), revision: text(128), digest: digest() });
export type BundleInfo = z.infer<typeof BundleInfo>;

/** What policy said of one plan under one bundle. It counts for nothing else. */
export const Verdict = z.object({
  result: z.enum(['Allow', 'Deny', 'Defer']),
  kind: z.enum(['Repair', 'Revert']),
  tier: Tier,
  violations: z.array(Violation).max(10),
  warnings: z.array(text(256)).max(10),
  requires: z.object({ approvals: count(), priorApproval: z.boolean() }),
  forPlan: digest(),
  bundle: BundleInfo,
  /** When the facts it judged were read. */
  factsAt: time(),
  /** The base's head when it was judged. */
  baseMoved: z.boolean().optional(),
});
export type Verdict = z.infer<typeof Verdict>;
