import { z } from 'zod';
import { count, digest, sha, text, time } from './bounded.ts';
import { Proof } from './plan.ts';
import { BundleInfo, Verdict } from './verdict.ts';

/** in-toto's Attestation Framework, "Statement v1"; `gitCommit` and `gitTree` are digests of its DigestSet. */
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PLAN_PREDICATE = 'https://fleetmend.dev/attestations/plan/v1';

/**
 * What the hub says of a commit that it pushed: which plan it holds, what that was proved and judged by, and the evidence behind it.
 * Digests, ids and short words only.
 */
export const PlanStatement = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  /** The pushed commit; `name` is its repository. */
  subject: z.tuple([z.strictObject({ name: text(256), digest: z.strictObject({ gitCommit: sha(), gitTree: sha() }) })]),
  predicateType: z.literal(PLAN_PREDICATE),
  predicate: z.strictObject({
    /** A revert takes the plan back. */
    kind: Verdict.shape.kind,
    request: z.strictObject({ namespace: text(63), name: text(253), uid: text(64), attempt: count() }),
    pullRequest: text(512),
    plan: z.strictObject({ digest: digest(), edit: digest(), action: text(32), base: sha(), files: z.array(text(512)).max(3) }),
    proof: Proof,
    verdict: z.strictObject({ ...Verdict.pick({ result: true, tier: true, warnings: true, requires: true, factsAt: true }).shape }),
    policy: BundleInfo,
    evidence: z.array(digest()).max(20),
    at: time(),
  }),
});
export type PlanStatement = z.infer<typeof PlanStatement>;

/** A statement with a detached signature over exactly its bytes, as `cosign sign-blob` makes one. */
export const SignedStatement = z.strictObject({
  /** Canonical JSON of a {@link PlanStatement}. */
  statement: z.string().max(16_384),
  /** ECDSA over SHA-256, DER, in base64. */
  signature: z.base64().max(256),
  /** Digest of the public key in SubjectPublicKeyInfo form: finds the key, and vouches for nothing. */
  key: digest(),
});
export type SignedStatement = z.infer<typeof SignedStatement>;
