import { z } from 'zod';

/** Small words for schemas of our kinds: everything is bounded, so that the API server can estimate the cost of a rule. */
export const text = (max: number) => z.string().max(max);
export const count = () => z.int().min(0).max(2_147_483_647);
export const time = () => z.iso.datetime({ offset: true }).max(40);
export const digest = () => z.string().regex(/^sha256:[0-9a-f]{64}$/).max(71);
export const sha = () => z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/).max(64);
export const duration = () => z.string().regex(/^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$/).min(2).max(24);
/** A Kubernetes label selector, reduced to exact labels. */
export const selector = () => z.object({ matchLabels: z.record(z.string().max(317), z.string().max(63)).optional() });
/** A condition as `metav1.Condition`. */
export const Condition = z.object({
  type: text(64),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: text(64),
  message: text(512),
  lastTransitionTime: time(),
  observedGeneration: count().optional(),
});
export type Condition = z.infer<typeof Condition>;
