import { z } from 'zod';
import { Finding } from './finding.ts';
import { InClusterPolicy } from './in-cluster-policy.ts';
import { Label } from './object.ts';

export const Fingerprint = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const At = z.int().min(0);

/**
 * A finding on the wire, `fail.v1.<cluster>.<fingerprint>`: the last value of that subject is the truth about that fingerprint.
 *
 * `open`: it fails, now. `closed`: the target was healthy for the close dwell. `gone`: the target was deleted.
 * Counts are absolute, because the stream keeps only the last message of a subject.
 */
export const FailureEvent = z.object({
  schema: z.literal(1),
  cluster: Label,
  fingerprint: Fingerprint,
  state: z.enum(['open', 'closed', 'gone']),
  /** Grows with each change of this fingerprint's state within one life of the agent. */
  version: z.int().min(1),
  /** One life of the agent: its start, in milliseconds since the Unix epoch. */
  epoch: At,
  at: At,
  firstSeen: At,
  count: z.int().min(1),
  finding: Finding,
  /** Digest of the redacted evidence that `evidence` answers. */
  evidence: Fingerprint.optional(),
});
export type FailureEvent = z.infer<typeof FailureEvent>;

/** What an agent says every minute, `hb.v1.<cluster>.digest`: enough for the hub to notice that its open set is not the truth. */
export const Heartbeat = z.object({
  schema: z.literal(1),
  cluster: Label,
  agent: z.object({ version: z.string().max(32) }),
  epoch: At,
  at: At,
  open: z.int().min(0),
  /** XOR of the first 16 hex digits of each open fingerprint, as 16 hex digits. */
  xor: z.string().regex(/^[0-9a-f]{16}$/),
  pods: z.int().min(0),
  /** Age of the oldest last news of any watch when this was said, in milliseconds. */
  staleness: z.int().min(0).optional(),
  /** What policy bundles have put into the cluster; absent: the agent could not read it, or is older than this field. */
  inCluster: InClusterPolicy.optional(),
});
export type Heartbeat = z.infer<typeof Heartbeat>;

/** The digest of an open set, in the form of {@link Heartbeat}. */
export function xorOf(fingerprints: Iterable<string>): string {
  let mixed = 0n;
  for (const fingerprint of fingerprints) mixed ^= BigInt(`0x${fingerprint.slice(7, 23)}`);
  return mixed.toString(16).padStart(16, '0');
}
