import type { ClusterObjects, KubeObject, ObjectEvent, WriteOptions } from '../objects.ts';
import type { Cluster, Writer } from './cluster.ts';
import { createObject } from './create.ts';
import { deleteObject } from './delete.ts';
import type { Json } from './json.ts';
import { applyObject } from './managed/apply.ts';
import { badRequest } from './refusals.ts';
import type { ResourceType } from './resource-types.ts';
import { updateObject } from './update.ts';
import { inVersion } from './versions.ts';

/** The cluster as its own controllers see it: the pipeline of the HTTP API without the HTTP. */
export function createClusterObjects(cluster: Cluster): ClusterObjects {
  const { store, types } = cluster;
  const typeOf = (apiVersion: string, kind: string): ResourceType => {
    const type = types.byKind(apiVersion, kind);
    if (!type) throw badRequest(`no matches for kind "${kind}" in version "${apiVersion}"`);
    return type;
  };
  const homeOf = (type: ResourceType, namespace: string | undefined): string => (type.namespaced ? (namespace ?? 'default') : '');
  const seen = <T extends KubeObject>(object: KubeObject, type: ResourceType): T => inVersion(object, type) as T;
  const replace = <T extends KubeObject>(object: T, options: WriteOptions, subresource?: 'status'): T => {
    const type = typeOf(object.apiVersion, object.kind);
    const { namespace, name } = object.metadata;
    const updated = updateObject(cluster, { type, namespace: homeOf(type, namespace), name, input: object as unknown as Json, writer: writerOf(options), ...(subresource ? { subresource } : {}) });
    return seen(updated, type);
  };

  return {
    name: cluster.name,
    get(apiVersion, kind, namespace, name) {
      const type = typeOf(apiVersion, kind);
      const object = store.get(type.storage, homeOf(type, namespace), name);
      return object && seen(object, type);
    },
    list(apiVersion, kind, options = {}) {
      const type = typeOf(apiVersion, kind);
      const wanted = Object.entries(options.labels ?? {});
      const objects = store.list(type.storage, type.namespaced ? options.namespace : undefined);
      const matching = wanted.length === 0 ? objects : objects.filter(({ metadata }) => wanted.every(([key, value]) => metadata.labels?.[key] === value));
      return matching.map((object) => seen(object, type));
    },
    create(object, options) {
      const type = typeOf(object.apiVersion, object.kind);
      return seen(createObject(cluster, { type, namespace: undefined, input: object as unknown as Json, writer: writerOf(options) }), type);
    },
    update: (object, options) => replace(object, options),
    updateStatus: (object, options) => replace(object, options, 'status'),
    apply(object, options) {
      const type = typeOf(object.apiVersion, object.kind);
      const { namespace, name } = object.metadata;
      return seen(applyObject(cluster, { type, namespace: homeOf(type, namespace), name, config: object, writer: writerOf(options), force: options.force === true }).object, type);
    },
    delete(apiVersion, kind, namespace, name, options = {}) {
      const type = typeOf(apiVersion, kind);
      deleteObject(cluster, { type, namespace: homeOf(type, namespace), name, propagationPolicy: 'Background', ...options });
    },
    watch(apiVersion, kind, handler) {
      return watchType(cluster, typeOf(apiVersion, kind), handler);
    },
  };
}

function writerOf({ manager, user = `system:serviceaccount:kube-system:${manager}`, dryRun = false }: WriteOptions): Writer {
  return { manager, user, dryRun, trusted: true, warn: () => undefined, fieldValidation: 'Ignore' };
}

/** One microtask per event keeps a slow handler from delaying the writer, and keeps the order of commits. */
function watchType(cluster: Cluster, type: ResourceType, handler: (event: ObjectEvent) => void): () => void {
  let live = true;
  const deliver = (event: ObjectEvent) => queueMicrotask(() => {
    if (live) handler(event);
  });
  for (const object of cluster.store.list(type.storage)) deliver({ type: 'ADDED', object: inVersion(object, type) });
  const stop = cluster.store.subscribe((event) => {
    if (event.resource === type.storage) deliver({ type: event.type, object: inVersion(event.object, type) });
  });
  return () => {
    live = false;
    stop();
  };
}
