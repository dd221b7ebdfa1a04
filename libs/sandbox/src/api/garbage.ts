import type { KubeObject, OwnerReference } from '../objects.ts';
import type { StoredEvent } from '../store/cluster-store.ts';
import type { Cluster } from './cluster.ts';
import { deleteObject, finishDeletion } from './delete.ts';
import type { ResourceType } from './resource-types.ts';

/**
 * Collects what lost its owners, finishes foreground and orphan deletions, and empties namespaces that are being deleted.
 * Works in microtasks of its own after each commit, as the real collectors work beside the API server.
 */
export function startGarbageCollection(cluster: Cluster): () => void {
  const queue: StoredEvent[] = [];
  let running = false;
  const drain = () => {
    for (let event = queue.shift(); event; event = queue.shift()) collect(cluster, event);
    running = false;
  };
  const stop = cluster.store.subscribe((event) => {
    if (!matters(event)) return;
    queue.push(event);
    if (running) return;
    running = true;
    queueMicrotask(drain);
  });
  return stop;
}

function matters({ type, resource, object }: StoredEvent): boolean {
  if (type === 'DELETED') return true;
  if (object.metadata.deletionTimestamp !== undefined) return true;
  return type === 'ADDED' && (object.metadata.ownerReferences?.length ?? 0) > 0 && resource !== '/events';
}

function collect(cluster: Cluster, { type, resource, object }: StoredEvent): void {
  const uid = object.metadata.uid ?? '';
  if (type === 'DELETED') {
    for (const dependent of cluster.store.ownedBy(uid)) collectIfOwnerless(cluster, dependent);
    for (const owner of object.metadata.ownerReferences ?? []) continueForeground(cluster, owner, object.metadata.namespace ?? '');
    continueNamespace(cluster, object.metadata.namespace);
    return;
  }
  const current = cluster.store.get(resource, object.metadata.namespace ?? '', object.metadata.name);
  if (!current || current.metadata.uid !== uid) return;
  if (current.metadata.deletionTimestamp === undefined) return collectIfOwnerless(cluster, { resource, object: current });
  if (resource === '/namespaces') return continueNamespace(cluster, current.metadata.name);
  continueDeletion(cluster, resource, current);
}

function collectIfOwnerless(cluster: Cluster, { resource, object }: { readonly resource: string; readonly object: KubeObject }): void {
  const type = cluster.types.byStorage(resource);
  const owners = object.metadata.ownerReferences ?? [];
  const namespace = object.metadata.namespace ?? '';
  const living = owners.filter((owner) => ownerExists(cluster, owner, namespace));
  if (!type || living.length === owners.length) return;
  if (living.length > 0) {
    cluster.store.put(resource, { ...object, metadata: { ...object.metadata, ownerReferences: living } });
    return;
  }
  if (object.metadata.deletionTimestamp === undefined) deleteObject(cluster, { type, namespace, name: object.metadata.name, propagationPolicy: 'Background' });
}

function ownerExists(cluster: Cluster, { apiVersion, kind, name, uid }: OwnerReference, namespace: string): boolean {
  const type = cluster.types.byKind(apiVersion, kind);
  if (!type) return true;
  return cluster.store.get(type.storage, type.namespaced ? namespace : '', name)?.metadata.uid === uid;
}

function continueDeletion(cluster: Cluster, resource: string, object: KubeObject): void {
  const finalizers = object.metadata.finalizers ?? [];
  const type = cluster.types.byStorage(resource);
  if (!type) return;
  const dependents = cluster.store.ownedBy(object.metadata.uid ?? '');
  if (finalizers.includes('orphan')) {
    for (const dependent of dependents) release(cluster, dependent, object.metadata.uid ?? '');
    dropFinalizer(cluster, type, object, 'orphan');
    return;
  }
  if (!finalizers.includes('foregroundDeletion')) return;
  for (const dependent of dependents) deleteDependent(cluster, dependent, object);
  const blocking = cluster.store.ownedBy(object.metadata.uid ?? '').filter((dependent) => dependent.object.metadata.ownerReferences?.some((owner) => owner.uid === object.metadata.uid && owner.blockOwnerDeletion));
  if (blocking.length === 0) dropFinalizer(cluster, type, object, 'foregroundDeletion');
}

function deleteDependent(cluster: Cluster, dependent: { readonly resource: string; readonly object: KubeObject }, owner: KubeObject): void {
  const { object, resource } = dependent;
  const type = cluster.types.byStorage(resource);
  const others = (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
  if (!type || object.metadata.deletionTimestamp !== undefined) return;
  if (others.length > 0) return release(cluster, dependent, owner.metadata.uid ?? '');
  const hasDependents = cluster.store.ownedBy(object.metadata.uid ?? '').length > 0;
  deleteObject(cluster, { type, namespace: object.metadata.namespace ?? '', name: object.metadata.name, propagationPolicy: hasDependents ? 'Foreground' : 'Background' });
}

function release(cluster: Cluster, { resource, object }: { readonly resource: string; readonly object: KubeObject }, uid: string): void {
  const { ownerReferences = [], ...metadata } = object.metadata;
  const rest = ownerReferences.filter((owner) => owner.uid !== uid);
  cluster.store.put(resource, { ...object, metadata: { ...metadata, ...(rest.length > 0 ? { ownerReferences: rest } : {}) } });
}

function dropFinalizer(cluster: Cluster, type: ResourceType, object: KubeObject, finalizer: string): void {
  const current = cluster.store.get(type.storage, object.metadata.namespace ?? '', object.metadata.name);
  if (!current) return;
  const { finalizers = [], ...metadata } = current.metadata;
  const rest = finalizers.filter((item) => item !== finalizer);
  finishDeletion(cluster, type, cluster.store.put(type.storage, { ...current, metadata: { ...metadata, ...(rest.length > 0 ? { finalizers: rest } : {}) } }));
}

function continueForeground(cluster: Cluster, { apiVersion, kind, name, uid }: OwnerReference, namespace: string): void {
  const type = cluster.types.byKind(apiVersion, kind);
  const owner = type && cluster.store.get(type.storage, type.namespaced ? namespace : '', name);
  if (type && owner && owner.metadata.uid === uid && owner.metadata.deletionTimestamp !== undefined) continueDeletion(cluster, type.storage, owner);
}

/** Deletes a terminating namespace's content; when nothing is left, the namespace itself. */
function continueNamespace(cluster: Cluster, name: string | undefined): void {
  const namespace = name === undefined ? undefined : cluster.store.get('/namespaces', '', name);
  if (!namespace || name === undefined || namespace.metadata.deletionTimestamp === undefined) return;
  let left = 0;
  for (const resource of cluster.store.resources()) {
    const type = cluster.types.byStorage(resource);
    if (!type?.namespaced) continue;
    for (const object of cluster.store.list(resource, name)) {
      if (object.metadata.deletionTimestamp === undefined) deleteObject(cluster, { type, namespace: name, name: object.metadata.name, propagationPolicy: 'Background' });
      if (cluster.store.get(resource, name, object.metadata.name)) left += 1;
    }
  }
  const type = cluster.types.byStorage('/namespaces');
  const current = cluster.store.get('/namespaces', '', name);
  if (left > 0 || !type || !current) return;
  finishDeletion(cluster, type, cluster.store.put('/namespaces', { ...current, spec: {} }));
}
