import { renderTime, uuidFrom, type Clock } from '@fleetmend/kernel';
import { GROUP_VERSION, type RemediationRequest } from '@fleetmend/model';
import { ARCHIVE_FINALIZER, ConflictError, type NewRequest, type Requests } from '@fleetmend/ports';

/** One thing that happened to the ledger, in the order of its resource versions. */
export type RequestChange =
  | { readonly kind: 'Written'; readonly before: RemediationRequest | undefined; readonly after: RemediationRequest }
  | { readonly kind: 'Deleted'; readonly before: RemediationRequest };

/** The API server's part of the ledger: what is true, and what people do to it. */
export interface RequestLedger {
  /** A port whose `cached` is always current. Use {@link laggingRequests} for one that is not. */
  readonly port: Requests;
  all(): readonly RemediationRequest[];
  find(namespace: string, name: string): RemediationRequest | undefined;
  onChange(listener: (change: RequestChange) => void): () => void;
  /** What `kubectl patch` with `spec.cancel: true` does. */
  cancel(namespace: string, name: string): void;
  /** What `kubectl delete` does: with our finalizer on it, the object only gets a deletion time. */
  remove(namespace: string, name: string): void;
  /** Puts an object there as it is, for specs that start in the middle of a life. */
  seed(request: RemediationRequest): void;
}

/** The ledger in memory, with the API server's rules: one resource version for all writes, optimistic locking, finalizers. */
export function memoryRequests(clock: Pick<Clock, 'now'>): RequestLedger {
  const objects = new Map<string, RemediationRequest>();
  const listeners = new Set<(change: RequestChange) => void>();
  let version = 0;
  const keyOf = ({ namespace, name }: { readonly namespace: string; readonly name: string }) => `${namespace}/${name}`;
  const tell = (change: RequestChange) => listeners.forEach((listener) => listener(change));

  const store = (request: RemediationRequest): RemediationRequest => {
    const before = objects.get(keyOf(request.metadata));
    version += 1;
    const after = { ...request, metadata: { ...request.metadata, resourceVersion: String(version) } };
    objects.set(keyOf(after.metadata), after);
    tell({ kind: 'Written', before, after });
    return after;
  };

  const drop = (request: RemediationRequest): void => {
    objects.delete(keyOf(request.metadata));
    version += 1;
    tell({ kind: 'Deleted', before: request });
  };

  /** The stored object, if nobody wrote since `known` was read. */
  const current = (known: RemediationRequest, what: string): RemediationRequest => {
    const stored = objects.get(keyOf(known.metadata));
    if (stored?.metadata.uid !== known.metadata.uid) throw new ConflictError(`${what} ${keyOf(known.metadata)}: it is gone`);
    if (stored.metadata.resourceVersion !== known.metadata.resourceVersion) throw new ConflictError(`${what} ${keyOf(known.metadata)}: somebody wrote first`);
    return stored;
  };

  const edit = (namespace: string, name: string, change: (request: RemediationRequest) => RemediationRequest): void => {
    const stored = objects.get(`${namespace}/${name}`);
    if (stored !== undefined) store(change(stored));
  };

  const port: Requests = {
    get: async (namespace, name) => objects.get(`${namespace}/${name}`),
    list: async () => [...objects.values()],
    cached: () => [...objects.values()],
    async create({ name, namespace, spec, status }: NewRequest) {
      const taken = objects.get(`${namespace}/${name}`);
      if (taken !== undefined) {
        if (taken.spec.failure.fingerprint === spec.failure.fingerprint) return taken;
        throw new ConflictError(`create ${namespace}/${name}: the name is taken by another fingerprint`);
      }
      const uid = uuidFrom('request', namespace, name, String(version));
      return store({
        apiVersion: GROUP_VERSION,
        kind: 'RemediationRequest',
        metadata: { name, namespace, uid, resourceVersion: '0', generation: 1, creationTimestamp: renderTime(clock.now()), finalizers: [ARCHIVE_FINALIZER] },
        spec,
        status,
      });
    },
    writeStatus: async (request, status) => store({ ...current(request, 'status of'), status }),
    async setFinalizer(request, present) {
      const stored = current(request, 'finalizer of');
      const { finalizers: _, ...metadata } = stored.metadata;
      const after = store({ ...stored, metadata: present ? { ...metadata, finalizers: [ARCHIVE_FINALIZER] } : metadata });
      if (!present && after.metadata.deletionTimestamp !== undefined) drop(after);
      return after;
    },
    async delete({ metadata }) {
      const stored = objects.get(keyOf(metadata));
      if (stored?.metadata.uid === metadata.uid) removeObject(stored);
    },
    watch(changed) {
      for (const { metadata } of objects.values()) changed(metadata);
      const listener = (change: RequestChange) => changed((change.kind === 'Written' ? change.after : change.before).metadata);
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };

  function removeObject(stored: RemediationRequest): void {
    if ((stored.metadata.finalizers ?? []).length === 0) return drop(stored);
    if (stored.metadata.deletionTimestamp === undefined) store({ ...stored, metadata: { ...stored.metadata, deletionTimestamp: renderTime(clock.now()) } });
  }

  return {
    port,
    all: () => [...objects.values()],
    find: (namespace, name) => objects.get(`${namespace}/${name}`),
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    cancel: (namespace, name) => edit(namespace, name, (request) => ({ ...request, metadata: { ...request.metadata, generation: (request.metadata.generation ?? 1) + 1 }, spec: { ...request.spec, cancel: true } })),
    remove: (namespace, name) => {
      const stored = objects.get(`${namespace}/${name}`);
      if (stored !== undefined) removeObject(stored);
    },
    seed: (request) => void store(request),
  };
}
