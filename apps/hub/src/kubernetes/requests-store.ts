import { isPermanent, messageOf, parse, type Clock, type Random } from '@fleetmend/kernel';
import { findObject, isConflict, isNotFound, listObjects, startReflector, type KubeClient, type ReflectorState, type Writer } from '@fleetmend/k8s';
import { GROUP_VERSION, RemediationRequestSpec, RemediationRequestStatus, type KubeObject, type RemediationRequest } from '@fleetmend/model';
import { ARCHIVE_FINALIZER, ConflictError, type Requests } from '@fleetmend/ports';
import { KINDS } from './kinds.ts';

export interface RequestsStoreOptions {
  readonly client: KubeClient;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly random: Random;
  readonly warn: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface RequestsStore extends Requests {
  /** Resolves when the cache holds everything for the first time. Rejects at once where our rights do not suffice. */
  ready(): Promise<void>;
  /** Why the cache may be behind, in words; undefined: it is not. */
  trouble(): string | undefined;
  /** Ends the watch; resolves when nothing is delivered any more. */
  close(): Promise<void>;
}

const TROUBLES: Readonly<Record<ReflectorState, string | undefined>> = {
  synced: undefined,
  starting: 'requests are being read for the first time',
  lagging: 'the watch of requests lost its connection to the hub cluster',
  absent: 'the hub cluster no longer serves RemediationRequests: apply crds/',
  denied: 'the hub cluster no longer lets us watch RemediationRequests: look at the rights and the credentials of the hub',
};

type Key = { readonly namespace: string; readonly name: string };

/** The ledger in the hub cluster: `RemediationRequest` objects, a watch cache, and writes guarded by resourceVersion. */
export function createRequestsStore({ client, writer, clock, random, warn }: RequestsStoreOptions): RequestsStore {
  const cache = new Map<string, RemediationRequest>();
  const listeners = new Set<(key: Key) => void>();
  const ending = new AbortController();
  const denied = Promise.withResolvers<never>();
  denied.promise.catch(() => undefined);
  const keyOf = ({ namespace, name }: Key) => `${namespace}/${name}`;
  const tell = (key: Key) => listeners.forEach((listener) => listener({ namespace: key.namespace, name: key.name }));

  /** Keeps the newest: a watch event of an older write may arrive after the answer to a later one. */
  function keep(request: RemediationRequest): RemediationRequest {
    const known = cache.get(keyOf(request.metadata));
    const older = known?.metadata.uid === request.metadata.uid && Number(known.metadata.resourceVersion) > Number(request.metadata.resourceVersion);
    if (!older) cache.set(keyOf(request.metadata), request);
    return request;
  }

  function seen(object: KubeObject): void {
    try {
      tell(keep(readRequest(object)).metadata);
    } catch (error) {
      warn('a request in the hub cluster cannot be read', { 'k8s.object.name': object.metadata.name, err: error });
    }
  }

  const reflector = startReflector({
    client,
    type: KINDS.request,
    clock,
    random,
    signal: ending.signal,
    onTrouble: (error) => {
      if (isPermanent(error)) denied.reject(error);
      warn(`the watch of requests has trouble: ${messageOf(error)}`, {});
    },
    sink: {
      replace(objects) {
        const gone = new Map(cache);
        for (const object of objects) gone.delete(`${object.metadata.namespace ?? ''}/${object.metadata.name}`);
        for (const [key, request] of gone) {
          cache.delete(key);
          tell(request.metadata);
        }
        objects.forEach(seen);
      },
      upsert: seen,
      remove(object) {
        const key = { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
        if (cache.get(keyOf(key))?.metadata.uid === object.metadata.uid) cache.delete(keyOf(key));
        tell(key);
      },
    },
  });

  const get = async (namespace: string, name: string): Promise<RemediationRequest | undefined> => {
    const object = await findObject(client, KINDS.request, { namespace, name });
    return object && readRequest(object);
  };
  const writeStatus = async (request: RemediationRequest, status: RemediationRequestStatus) =>
    keep(readRequest(await guarded(request.metadata, () => writer.replaceStatus(KINDS.request, { ...renderRequest(request), status }))));

  return {
    ready: () => Promise.race([reflector.whenReady(), denied.promise]),
    trouble: () => TROUBLES[reflector.state],
    get,
    list: async () => (await listObjects(client, KINDS.request)).items.map(readRequest),
    cached: () => [...cache.values()],
    async create({ name, namespace, spec, status }) {
      const object = { apiVersion: GROUP_VERSION, kind: 'RemediationRequest', metadata: { name, namespace, finalizers: [ARCHIVE_FINALIZER] }, spec };
      const created = await writer.create(KINDS.request, object).catch(async (error: unknown) => {
        if (!isConflict(error)) throw error;
        const existing = await findObject(client, KINDS.request, { namespace, name });
        if (existing && readRequest(existing).spec.failure.fingerprint === spec.failure.fingerprint) return existing;
        throw new ConflictError(`${namespace}/${name} is taken by a request for another failure`, { cause: error });
      });
      // The status has a write of its own; a crash between the two leaves a request without one, which the same call mends.
      return created['status'] === undefined ? writeStatus(readRequest(created), status) : keep(readRequest(created));
    },
    writeStatus,
    async setFinalizer(request, present) {
      const { name, namespace, resourceVersion, finalizers = [] } = request.metadata;
      const others = finalizers.filter((finalizer) => finalizer !== ARCHIVE_FINALIZER);
      const patch = { metadata: { resourceVersion, finalizers: present ? [...others, ARCHIVE_FINALIZER] : others } };
      return keep(readRequest(await guarded(request.metadata, () => writer.mergePatch(KINDS.request, { namespace, name }, patch))));
    },
    async delete({ metadata: { name, namespace, uid } }) {
      try {
        await writer.delete(KINDS.request, { name, namespace, uid });
      } catch (error) {
        // Another object has that name by now: this one is gone.
        if (!isConflict(error)) throw error;
      }
    },
    watch(changed) {
      listeners.add(changed);
      for (const { metadata } of cache.values()) changed({ namespace: metadata.namespace, name: metadata.name });
      return () => void listeners.delete(changed);
    },
    async close() {
      ending.abort(new Error('the hub is stopping'));
      await reflector.done;
    },
  };
}

async function guarded(key: Key, write: () => Promise<KubeObject>): Promise<KubeObject> {
  try {
    return await write();
  } catch (error) {
    if (isConflict(error) || isNotFound(error)) throw new ConflictError(`${key.namespace}/${key.name} was changed or deleted by somebody else`, { cause: error });
    throw error;
  }
}

/** @throws PermanentError `Malformed` naming the object and the field. */
export function readRequest(object: KubeObject): RemediationRequest {
  const { name, namespace = '', uid = '', resourceVersion = '', creationTimestamp = '', generation, deletionTimestamp, labels, annotations } = object.metadata;
  const finalizers = Array.isArray(object.metadata['finalizers']) ? object.metadata['finalizers'].map(String) : undefined;
  const what = `RemediationRequest ${namespace}/${name}`;
  return {
    apiVersion: object.apiVersion,
    kind: 'RemediationRequest',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp, ...(generation === undefined ? {} : { generation }), deletionTimestamp, finalizers, labels, annotations },
    spec: parse(RemediationRequestSpec, object['spec'], what),
    status: parse(RemediationRequestStatus, object['status'] ?? {}, what),
  };
}

function renderRequest({ apiVersion, kind, metadata, spec }: RemediationRequest): KubeObject {
  const { name, namespace, uid, resourceVersion } = metadata;
  return { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion }, spec };
}
