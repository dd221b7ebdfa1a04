import { z } from 'zod';
import { count, text } from './bounded.ts';
import { ObjectRef, type KubeObject } from './object.ts';
import { RefusalAnswer } from './question.ts';

const anyObject = z.custom<KubeObject>((value) => typeof value === 'object' && value !== null && 'apiVersion' in value && 'kind' in value && 'metadata' in value);

/** Would the cluster take these objects from the GitOps engine? Asked of a process of its own, never of an agent. */
export const DryRunQuestion = z.object({
  question: z.literal('dryrun'),
  /** Whose server-side apply it is to be. */
  manager: text(128).min(1),
  objects: z.array(anyObject).min(1).max(20),
});
export type DryRunQuestion = z.infer<typeof DryRunQuestion>;

export const DryRunAnswer = z.object({
  answer: z.literal('dryrun'),
  /** What was asked of the API server: objects, and the pods that they would make. */
  asked: count(),
  /** Each no of the API server or of what admits there, in its own words. `pod`: it refuses what the object's template makes. */
  refused: z.array(z.object({ ref: ObjectRef, pod: z.boolean(), message: text(512) })).max(40),
  /** What could not be asked, and why. */
  notes: z.array(text(256)).max(40),
});
export type DryRunAnswer = z.infer<typeof DryRunAnswer>;

export const DryRunReply = z.discriminatedUnion('answer', [DryRunAnswer, RefusalAnswer]);
export type DryRunReply = z.infer<typeof DryRunReply>;
