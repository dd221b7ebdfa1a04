/** Any Kubernetes object, as JSON. Read-only by agreement: whoever changes one clones it first. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly generateName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly unknown[];
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ObjectEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
}

/** `manager` lands in managedFields, `user` is who admission and audit see. */
export interface WriteOptions {
  readonly manager: string;
  readonly user?: string;
  readonly dryRun?: boolean;
}

/**
 * One cluster's objects, as its own controllers see them: the same storage, defaulting, validation and admission
 * as over HTTP, without the HTTP. Every call is synchronous and atomic; refusals throw {@link StatusError}.
 *
 * `apiVersion` and `kind` name a type (`apps/v1`, `Deployment`).
 */
export interface ClusterObjects {
  readonly name: string;
  get<T extends KubeObject = KubeObject>(apiVersion: string, kind: string, namespace: string | undefined, name: string): T | undefined;
  list<T extends KubeObject = KubeObject>(apiVersion: string, kind: string, options?: { readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> }): readonly T[];
  create<T extends KubeObject>(object: T, options: WriteOptions): T;
  /** Replaces spec and metadata; a stale `metadata.resourceVersion` is a 409. An update that changes nothing writes nothing. */
  update<T extends KubeObject>(object: T, options: WriteOptions): T;
  /** Replaces the status subresource only. */
  updateStatus<T extends KubeObject>(object: T, options: WriteOptions): T;
  /** Server-side apply. */
  apply<T extends KubeObject>(object: T, options: WriteOptions & { readonly force?: boolean }): T;
  delete(apiVersion: string, kind: string, namespace: string | undefined, name: string, options?: { readonly gracePeriodSeconds?: number; readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan'; readonly uid?: string }): void;
  /** Calls `handler` after each commit, in commit order, in a microtask of its own; first with ADDED for all that exist. Returns a function that ends it. */
  watch(apiVersion: string, kind: string, handler: (event: ObjectEvent) => void): () => void;
}

/** A refusal in the form of a Kubernetes `Status` (409 Conflict, 403 Forbidden, 422 Invalid …). */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: number;
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: number, reason: string, message: string, details?: Readonly<Record<string, unknown>>) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}
