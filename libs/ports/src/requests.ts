import type { RemediationRequest, RemediationRequestSpec, RemediationRequestStatus } from '@fleetmend/model';

export interface NewRequest {
  readonly name: string;
  readonly namespace: string;
  readonly spec: RemediationRequestSpec;
  readonly status: RemediationRequestStatus;
}

/** The write was refused because somebody else wrote first, or the object is gone: read again and decide again. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

/**
 * The ledger: every `RemediationRequest` of the hub cluster.
 *
 * `list` is a quorum read (never from a cache that may lag): budgets are counted with it.
 */
export interface Requests {
  get(namespace: string, name: string): Promise<RemediationRequest | undefined>;
  list(): Promise<readonly RemediationRequest[]>;
  /** The same from the watch cache: free, and a moment old. Good enough to decide with, never to count a budget with. */
  cached(): readonly RemediationRequest[];
  /** Creates it with our archive finalizer; answers the existing one when the name is taken **and** the full fingerprint is equal; else throws `ConflictError`. */
  create(request: NewRequest): Promise<RemediationRequest>;
  /** Replaces the status if the object still has this resourceVersion; answers the stored object. Throws `ConflictError`. */
  writeStatus(request: RemediationRequest, status: RemediationRequestStatus): Promise<RemediationRequest>;
  /** Adds or takes away our archive finalizer. */
  setFinalizer(request: RemediationRequest, present: boolean): Promise<RemediationRequest>;
  /** Deletes it if it still is this very object; gone already = done. */
  delete(request: RemediationRequest): Promise<void>;
  /** Calls `changed` with the key of every request that exists, and then of each that changes. Returns a function that ends it. */
  watch(changed: (key: { readonly namespace: string; readonly name: string }) => void): () => void;
}

export const ARCHIVE_FINALIZER = 'fleetmend.dev/archive';
