import { z } from 'zod';
import { count, digest, text, time } from './bounded.ts';

export const DiagnosisSource = z.enum(['Playbook', 'Precedent', 'Model', 'Human', 'None']);
export type DiagnosisSource = z.infer<typeof DiagnosisSource>;

/** Evidence that a diagnosis rests on: what kind, and the digest that finds it in the evidence store. */
export const CitedEvidence = z.object({ kind: text(16), title: text(256).optional(), digest: digest() });

/**
 * What asking a language model took. Tokens and cost are those of this diagnosis: an answer that was known already cost nothing.
 * The prompt itself is not kept, only its digest.
 */
export const ModelUse = z.object({
  provider: text(64),
  name: text(128),
  /** `name@version` of the prompt's template. */
  template: text(64),
  prompt: digest(),
  inputTokens: count(),
  outputTokens: count(),
  /** By the prices of the config; 0 where none are given. */
  costUSD: z.number().min(0),
  cached: z.boolean(),
});
export type ModelUse = z.infer<typeof ModelUse>;

/** An action that a reasoner proposed and the hub refused to look at further: its name, and the part that has no known origin. */
export const DroppedAction = z.object({ action: text(32), reason: text(256) });
export type DroppedAction = z.infer<typeof DroppedAction>;

/**
 * The cause as far as it is known, and the candidate actions in the order in which they should be tried.
 * Actions are kept as canonical JSON text, since the catalogue is a union and a CRD schema has none.
 */
export const Diagnosis = z.object({
  cause: text(512),
  confidence: z.number().min(0).max(1),
  source: DiagnosisSource,
  reasoner: text(32),
  evidence: z.array(CitedEvidence).max(20),
  candidates: z.array(text(1024)).max(3),
  /** Set when a human should decide instead: the word and where to look. */
  abstain: z.object({ reason: text(64), lookAt: text(512) }).optional(),
  /** Set when a language model was asked. */
  model: ModelUse.optional(),
  /** What was proposed and breaks the rule that every value in an action has a known origin. */
  dropped: z.array(DroppedAction).max(3).optional(),
  at: time(),
});
export type Diagnosis = z.infer<typeof Diagnosis>;
