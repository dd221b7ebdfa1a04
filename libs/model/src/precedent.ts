import { z } from 'zod';
import { Fingerprint } from './failure-event.ts';

/** How a finished case ended, in the words that decide its weight. */
export const Outcome = z.enum(['Verified', 'VerifiedAfterEdit', 'Rejected', 'Reverted', 'NotVerified', 'SelfRecovered', 'Escalated']);
export type Outcome = z.infer<typeof Outcome>;

/** Features that make two cases alike beyond the fingerprint: kind, reason, exit code bucket, layout … */
export const Shape = z.record(z.string().max(64), z.string().max(128));

/** A finished case, as the vector store keeps it. It may change which action comes first, and never a literal. */
export const Precedent = z.object({
  id: z.uuid(),
  tenant: z.string().max(63),
  fingerprint: Fingerprint,
  class: z.string().max(64),
  shape: Shape,
  cause: z.string().max(512),
  action: z.string().max(32),
  /** Digest of the exact action, as the human left it where one edited it; absent where that cannot be told. */
  actionDigest: Fingerprint.optional(),
  planDigest: Fingerprint.optional(),
  fields: z.array(z.string().max(1024)).max(20),
  outcome: Outcome,
  /** Who let the change in: `human`, `machine` or `nobody`. Only a human's yes makes a good outcome count. */
  decidedBy: z.string().max(256),
  /** Who proposed it. */
  reasoner: z.string().max(32).optional(),
  clusters: z.array(z.string().max(63)).max(32),
  revision: z.string().max(64).optional(),
  at: z.int().min(0),
  request: z.object({ name: z.string().max(253), uid: z.string().max(64), attempt: z.int() }),
});
export type Precedent = z.infer<typeof Precedent>;
