import { canonicalJson, renderTime } from '@fleetmend/kernel';
import type { Clock } from '@fleetmend/kernel';
import { StatusError } from '../../objects.ts';
import type { ClusterObjects, KubeObject, ObjectEvent } from '../../objects.ts';

const CLUSTER_SCOPED = ['Namespace', 'Node', 'StorageClass', 'PersistentVolume', 'CustomResourceDefinition'];

export interface MemoryObjects extends ClusterObjects {
  /** Called before each create; throws to refuse. */
  admit: (object: KubeObject) => void;
}

/** A ClusterObjects of a hundred lines for specs of single controllers: no defaults, no validation; versions, generations, conflicts, pods that end gracefully, owners that take their dependants along. */
export function memoryObjects(clock: Clock, name = 'prod-1'): MemoryObjects {
  const stored = new Map<string, KubeObject>();
  const handlers = new Map<string, Set<(event: ObjectEvent) => void>>();
  let version = 0;

  const typeOf = (apiVersion: string, kind: string) => `${apiVersion}/${kind}`;
  const keyOf = (apiVersion: string, kind: string, namespace: string | undefined, objectName: string) => `${typeOf(apiVersion, kind)}|${CLUSTER_SCOPED.includes(kind) ? '' : (namespace ?? '')}|${objectName}`;
  const keyOfObject = ({ apiVersion, kind, metadata }: KubeObject) => keyOf(apiVersion, kind, metadata.namespace, metadata.name);

  function commit(type: ObjectEvent['type'], object: KubeObject): KubeObject {
    version += 1;
    const frozen = structuredClone({ ...object, metadata: { ...object.metadata, resourceVersion: String(version) } });
    if (type === 'DELETED') stored.delete(keyOfObject(frozen));
    else stored.set(keyOfObject(frozen), frozen);
    for (const handler of handlers.get(typeOf(frozen.apiVersion, frozen.kind)) ?? []) queueMicrotask(() => handler({ type, object: frozen }));
    if (type === 'DELETED') collect(frozen);
    return frozen;
  }

  function collect(owner: KubeObject): void {
    for (const object of [...stored.values()]) {
      if (object.metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid)) api.delete(object.apiVersion, object.kind, object.metadata.namespace, object.metadata.name);
    }
  }

  function current(object: KubeObject): KubeObject {
    const found = stored.get(keyOfObject(object));
    if (!found) throw new StatusError(404, 'NotFound', `${object.kind} "${object.metadata.name}" not found`);
    if (object.metadata.resourceVersion !== undefined && object.metadata.resourceVersion !== found.metadata.resourceVersion) {
      throw new StatusError(409, 'Conflict', `${object.kind} "${object.metadata.name}": the object has been modified`);
    }
    return found;
  }

  const api: MemoryObjects = {
    name,
    admit: () => undefined,
    get: (apiVersion, kind, namespace, objectName) => stored.get(keyOf(apiVersion, kind, namespace, objectName)) as never,
    list: (apiVersion, kind, { namespace, labels = {} } = {}) =>
      [...stored.values()].filter(
        (object) =>
          typeOf(object.apiVersion, object.kind) === typeOf(apiVersion, kind) &&
          (namespace === undefined || object.metadata.namespace === namespace) &&
          Object.entries(labels).every(([key, value]) => object.metadata.labels?.[key] === value),
      ) as never,
    create(object) {
      api.admit(object);
      if (stored.has(keyOfObject(object))) throw new StatusError(409, 'AlreadyExists', `${object.kind} "${object.metadata.name}" already exists`);
      const metadata = { ...object.metadata, uid: `uid-${version + 1}`, generation: 1, creationTimestamp: renderTime(clock.now()) };
      return commit('ADDED', { ...object, metadata }) as never;
    },
    update(object) {
      const before = current(object);
      const next = { ...object, ...(before['status'] === undefined ? {} : { status: before['status'] }) };
      if (canonicalJson(next) === canonicalJson(before)) return before as never;
      const isNewSpec = canonicalJson(object['spec']) !== canonicalJson(before['spec']);
      const generation = (before.metadata.generation ?? 1) + (isNewSpec ? 1 : 0);
      return commit('MODIFIED', { ...next, metadata: { ...next.metadata, generation } }) as never;
    },
    updateStatus(object) {
      const before = current(object);
      const next = { ...before, status: object['status'] };
      return (canonicalJson(next) === canonicalJson(before) ? before : commit('MODIFIED', next)) as never;
    },
    apply(object, options) {
      const before = stored.get(keyOfObject(object));
      if (!before) return api.create(object, options);
      const metadata = { ...before.metadata, ...object.metadata, labels: { ...before.metadata.labels, ...object.metadata.labels }, annotations: { ...before.metadata.annotations, ...object.metadata.annotations } };
      return api.update({ ...before, ...object, metadata }, options) as never;
    },
    delete(apiVersion, kind, namespace, objectName, options = {}) {
      const found = stored.get(keyOf(apiVersion, kind, namespace, objectName));
      if (!found) throw new StatusError(404, 'NotFound', `${kind} "${objectName}" not found`);
      const spec = found['spec'] as { readonly nodeName?: string; readonly terminationGracePeriodSeconds?: number } | undefined;
      const grace = options.gracePeriodSeconds ?? spec?.terminationGracePeriodSeconds ?? 30;
      if (kind === 'Pod' && spec?.nodeName && grace > 0) {
        if (!found.metadata.deletionTimestamp) commit('MODIFIED', { ...found, metadata: { ...found.metadata, deletionTimestamp: renderTime(clock.now()), deletionGracePeriodSeconds: grace } });
        return;
      }
      commit('DELETED', found);
    },
    watch(apiVersion, kind, handler) {
      const type = typeOf(apiVersion, kind);
      const ofType = handlers.get(type) ?? new Set();
      handlers.set(type, ofType);
      ofType.add(handler);
      for (const object of stored.values()) if (typeOf(object.apiVersion, object.kind) === type) queueMicrotask(() => handler({ type: 'ADDED', object }));
      return () => ofType.delete(handler);
    },
  };
  return api;
}
