import { z } from 'zod';
import { Condition, count, digest, duration, selector, text, time } from './bounded.ts';

const SHARE = /^\d{1,3}%$|^\d{1,4}$/;

/** `20%` of a sample, or a number: what Kubernetes calls int-or-string. Read as text. */
const share = () =>
  z
    .unknown()
    .meta({ 'x-kubernetes-int-or-string': true, pattern: SHARE.source, maxLength: 5 })
    .transform((value) => (typeof value === 'number' ? String(value) : value))
    .pipe(z.string().regex(SHARE, 'write a number, or a share such as 20%').max(5));

/** `Shadow`: judged, and nothing depends on it. `Warn`: its violations are warnings, and a human is needed. `Enforce`: it decides. */
export const RolloutMode = z.enum(['Shadow', 'Warn', 'Enforce']);
export type RolloutMode = z.infer<typeof RolloutMode>;

/** Moves one policy bundle over the fleet, wave by wave, each cluster climbing the same stages. */
export const PolicyRolloutSpec = z.object({
  bundle: z.object({ digest: digest(), source: z.object({ oci: text(512).optional(), http: text(512).optional(), file: text(512).optional() }) }),
  waves: z.array(z.object({ name: text(63), clusters: selector(), maxConcurrency: share().optional(), before: z.array(z.enum(['Approval'])).max(1).optional() })).min(1).max(16),
  stages: z.array(z.object({ mode: RolloutMode, soak: duration().optional(), minDecisions: count().optional() })).min(1).max(3),
  halt: z
    .object({ evalErrors: share().optional(), newDenies: share().optional(), newAllows: count().optional(), failedVerifications: share().optional(), progressDeadline: duration().optional() })
    .optional(),
  /** Nothing is promoted and nothing started; what was assigned stays. */
  paused: z.boolean().default(false),
  /** A person's halt: every cluster goes back to its last good bundle. */
  halted: z.boolean().default(false),
});
export type PolicyRolloutSpec = z.infer<typeof PolicyRolloutSpec>;

/** What one bundle did to the decisions of one cluster, since the cluster entered its stage. */
export const DecisionCounts = z.object({
  /** Different plans that both bundles judged, replayed ones included. */
  decisions: count(),
  /** Of those, judged again from the log. */
  replayed: count(),
  /** The new bundle had no answer where the old one had. */
  evalErrors: count(),
  newDenies: count(),
  newAllows: count(),
  /** Repairs under a verdict of the new bundle, by how their verification ended. */
  verified: count(),
  failedVerifications: count(),
});
export type DecisionCounts = z.infer<typeof DecisionCounts>;

/** One cluster on its way. */
export const RolloutCluster = z.object({
  name: text(63),
  wave: text(63),
  mode: RolloutMode,
  /** Since when it is in this mode. */
  since: time(),
  /** The last stage is behind it. */
  done: z.boolean(),
  counts: DecisionCounts,
});
export type RolloutCluster = z.infer<typeof RolloutCluster>;

/** Most clusters of one rollout. */
export const ROLLOUT_CLUSTERS_MAX = 1000;

export const RolloutState = z.enum(['Pending', 'Waiting', 'Progressing', 'Paused', 'Halted', 'Completed']);
export type RolloutState = z.infer<typeof RolloutState>;

export const PolicyRolloutStatus = z.object({
  state: RolloutState.optional(),
  wave: text(63).optional(),
  stage: text(16).optional(),
  reason: text(256).optional(),
  /** Digest of the spec that this climb is of: another spec starts anew. */
  climb: digest().optional(),
  /** `metadata.generation` when this climb began: answers to its steps are for it alone, also when an earlier spec returns. */
  generation: count().optional(),
  startedAt: time().optional(),
  progressedAt: time().optional(),
  finishedAt: time().optional(),
  /** What a named human has to say yes to, as the `planDigest` of a RemediationApproval. */
  awaits: z.object({ step: digest(), what: text(256) }).optional(),
  clusters: z.array(RolloutCluster).max(ROLLOUT_CLUSTERS_MAX).optional(),
  conditions: z.array(Condition).max(8).optional(),
  observedGeneration: count().optional(),
});
export type PolicyRolloutStatus = z.infer<typeof PolicyRolloutStatus>;
