import { z } from 'zod';
import { Fingerprint } from './failure-event.ts';
import { Finding, Target } from './finding.ts';
import { ObjectRef, type KubeObject } from './object.ts';

/**
 * The closed list of what a hub may ask an agent. Each is typed, bounded, answered from read-only rights and redacted at the edge.
 */
export const Question = z.discriminatedUnion('question', [
  /** The evidence gathered for a fingerprint. */
  z.object({ question: z.literal('evidence'), fingerprint: Fingerprint, target: Target }),
  /** One object, or all of one kind in a namespace (or with labels), without values that may be secret. */
  z.object({
    question: z.literal('object'),
    ref: ObjectRef.omit({ name: true }).extend({ name: z.string().max(253).optional() }),
    labels: z.record(z.string().max(317), z.string().max(63)).optional(),
    limit: z.int().min(1).max(500).default(100),
    /** `namespace/name` of the last object of the page before, when it was truncated: only what comes after it is told, in that order. */
    after: z.string().max(317).optional(),
  }),
  /** How the target stands now: its pods, restarts, template and open findings. */
  z.object({ question: z.literal('health'), target: Target }),
]);
export type Question = z.infer<typeof Question>;

export const EvidenceKind = z.enum(['log', 'event', 'object', 'history', 'node', 'quota', 'reference']);
export const EvidenceItem = z.object({
  kind: EvidenceKind,
  /** What it is, in words a human reads: `previous log of shop/checkout-… container app`. */
  title: z.string().max(256),
  /** Redacted text. */
  text: z.string().max(16_384),
  digest: Fingerprint,
});
export type EvidenceItem = z.infer<typeof EvidenceItem>;

export const EvidenceAnswer = z.object({
  answer: z.literal('evidence'),
  items: z.array(EvidenceItem).max(40),
  /** How many placeholders the redactor put in, by type. */
  redactions: z.record(z.string(), z.int()),
});
export const ObjectAnswer = z.object({
  answer: z.literal('object'),
  /** Empty when it does not exist. */
  objects: z.array(z.custom<KubeObject>((value) => typeof value === 'object' && value !== null)).max(500),
  truncated: z.boolean(),
});
export const HealthAnswer = z.object({
  answer: z.literal('health'),
  at: z.int(),
  exists: z.boolean(),
  generationCurrent: z.boolean(),
  pods: z
    .array(
      z.object({
        name: z.string(),
        /** `pod-template-hash`, `controller-revision-hash`, or empty. */
        template: z.string(),
        current: z.boolean(),
        ready: z.boolean(),
        restarts: z.int(),
        readySince: z.int().optional(),
        /** When the pod was made; older agents do not say. */
        madeAt: z.int().optional(),
        /** When one of its containers was started last, whether it still runs or not; absent where none ever was. */
        triedAt: z.int().optional(),
      }),
    )
    .max(500),
  desired: z.int(),
  ready: z.int(),
  /** Open findings on the target, and on whatever it is to blame for: a Service that no pod of it serves, an autoscaler that cannot read it. */
  findings: z
    .array(
      z.object({
        fingerprint: Fingerprint,
        finding: Finding,
        /** Whether the pod that is named has shown it for the detector's dwell. A pod may bear the name of the one before it. */
        dwelt: z.boolean().optional(),
        /** Last moment in which it was seen: it stays open until its target is healthy, whatever that shows meanwhile. */
        seenAt: z.int().optional(),
      }),
    )
    .max(50),
  /** Digest per guard object that could bear on the target (quota, LimitRange, PDB, NetworkPolicy). */
  guards: z.record(z.string(), z.string()),
});
/** The agent could not answer: says why, in a word and in a sentence. */
export const RefusalAnswer = z.object({ answer: z.literal('refusal'), reason: z.string().max(64), message: z.string().max(512) });

export const Answer = z.discriminatedUnion('answer', [EvidenceAnswer, ObjectAnswer, HealthAnswer, RefusalAnswer]);
export type Answer = z.infer<typeof Answer>;
export type EvidenceAnswer = z.infer<typeof EvidenceAnswer>;
export type ObjectAnswer = z.infer<typeof ObjectAnswer>;
export type HealthAnswer = z.infer<typeof HealthAnswer>;
