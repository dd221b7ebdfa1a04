import { z } from 'zod';
import { digest, text, time } from './bounded.ts';

export const DiagnosisSource = z.enum(['Playbook', 'Precedent', 'Model', 'Human', 'None']);
export type DiagnosisSource = z.infer<typeof DiagnosisSource>;

/** Evidence that a diagnosis rests on: what kind, and the digest that finds it in the evidence store. */
export const CitedEvidence = z.object({ kind: text(16), title: text(256).optional(), digest: digest() });

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
  at: time(),
});
export type Diagnosis = z.infer<typeof Diagnosis>;
