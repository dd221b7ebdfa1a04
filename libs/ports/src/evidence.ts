import type { EvidenceItem } from '@fleetmend/model';

/** Redacted evidence by digest, kept for a limited time. */
export interface Evidence {
  put(items: readonly EvidenceItem[]): Promise<void>;
  get(digests: readonly string[]): Promise<readonly EvidenceItem[]>;
}
