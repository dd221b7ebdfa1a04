import type { KubeObject } from '../objects.ts';

/** A committed change of one object. For DELETED, `object` is its last state with the revision of the deletion. */
export interface StoredEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: string;
  readonly revision: number;
  readonly object: KubeObject;
  readonly previous?: KubeObject;
}

/** What the file must learn of a change; no `object` means that it is gone. */
export interface StoredChange {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly revision: number;
  readonly object?: KubeObject;
}

/**
 * One cluster's objects in memory, with the log of their changes. `resource` is where a type's objects live
 * (`apps/deployments`); the namespace of a cluster-scoped object is `''`. Objects are never changed in place.
 */
export interface ClusterStore {
  readonly name: string;
  /** The revision of the last change, as in `metadata.resourceVersion`. */
  revision(): number;
  get(resource: string, namespace: string, name: string): KubeObject | undefined;
  /** In the order of etcd's keys: namespace, then name. */
  list(resource: string, namespace?: string): readonly KubeObject[];
  resources(): readonly string[];
  /** Stores a new state under a new revision and returns it as stored. */
  put(resource: string, object: KubeObject): KubeObject;
  /** Removes an object and returns its last state, as watchers see it. */
  remove(resource: string, namespace: string, name: string): KubeObject | undefined;
  /** Changes of one resource after `revision`; `undefined` when they are no longer all remembered (410). */
  since(resource: string, revision: number): readonly StoredEvent[] | undefined;
  /** Objects that name `uid` among their owners. */
  ownedBy(uid: string): readonly { readonly resource: string; readonly object: KubeObject }[];
  /** Called at once after every change, in order. */
  subscribe(listener: (event: StoredEvent) => void): () => void;
}

export interface ClusterStoreOptions {
  readonly name: string;
  readonly revision: number;
  readonly history: number;
  readonly objects: readonly { readonly resource: string; readonly object: KubeObject }[];
  readonly persist: (change: StoredChange) => void;
}

interface Shelf {
  readonly objects: Map<string, KubeObject>;
  /** Names in order, as long as none comes or goes; the objects under them, as long as none changes. */
  keys: readonly string[] | undefined;
  sorted: readonly KubeObject[] | undefined;
}

export function createClusterStore({ name, revision: start, history, objects, persist }: ClusterStoreOptions): ClusterStore {
  let revision = start;
  let forgotten = start;
  let log: StoredEvent[] = [];
  const shelves = new Map<string, Shelf>();
  const owned = createOwnerIndex();
  const listeners = new Set<(event: StoredEvent) => void>();

  const shelfOf = (resource: string): Shelf => {
    let shelf = shelves.get(resource);
    if (!shelf) shelves.set(resource, (shelf = { objects: new Map(), keys: undefined, sorted: undefined }));
    return shelf;
  };
  for (const { resource, object } of objects) {
    shelfOf(resource).objects.set(keyOf(object), object);
    owned.replace(resource, undefined, object);
  }
  const publish = (event: StoredEvent) => {
    log.push(event);
    if (log.length > history * 2) {
      log = log.slice(-history);
      forgotten = (log[0]?.revision ?? revision) - 1;
    }
    for (const listener of [...listeners]) listener(event);
  };
  const stamped = (object: KubeObject): KubeObject => {
    revision += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
  };

  return {
    name,
    revision: () => revision,
    get: (resource, namespace, objectName) => shelves.get(resource)?.objects.get(`${namespace}/${objectName}`),
    list(resource, namespace) {
      const shelf = shelves.get(resource);
      if (!shelf) return [];
      shelf.sorted ??= sortedObjects(shelf);
      return namespace === undefined ? shelf.sorted : shelf.sorted.filter((object) => (object.metadata.namespace ?? '') === namespace);
    },
    resources: () => [...shelves.keys()],
    put(resource, object) {
      const shelf = shelfOf(resource);
      const key = keyOf(object);
      const previous = shelf.objects.get(key);
      const stored = stamped(object);
      shelf.objects.set(key, stored);
      shelf.sorted = undefined;
      if (!previous) shelf.keys = undefined;
      owned.replace(resource, previous, stored);
      persist({ resource, namespace: stored.metadata.namespace ?? '', name: stored.metadata.name, revision, object: stored });
      publish({ type: previous ? 'MODIFIED' : 'ADDED', resource, revision, object: stored, ...(previous ? { previous } : {}) });
      return stored;
    },
    remove(resource, namespace, objectName) {
      const shelf = shelfOf(resource);
      const previous = shelf.objects.get(`${namespace}/${objectName}`);
      if (!previous) return undefined;
      shelf.objects.delete(`${namespace}/${objectName}`);
      shelf.sorted = undefined;
      shelf.keys = undefined;
      owned.replace(resource, previous, undefined);
      const last = stamped(previous);
      persist({ resource, namespace, name: objectName, revision });
      publish({ type: 'DELETED', resource, revision, object: last, previous });
      return last;
    },
    since(resource, from) {
      if (from < forgotten) return undefined;
      return log.filter((event) => event.revision > from && event.resource === resource);
    },
    ownedBy: owned.of,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function sortedObjects(shelf: Shelf): readonly KubeObject[] {
  shelf.keys ??= [...shelf.objects.keys()].sort();
  return shelf.keys.flatMap((key) => shelf.objects.get(key) ?? []);
}

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

interface OwnerIndex {
  replace(resource: string, previous: KubeObject | undefined, next: KubeObject | undefined): void;
  readonly of: (uid: string) => readonly { readonly resource: string; readonly object: KubeObject }[];
}

/** Owner uid → dependents, kept with every change, so that collecting garbage does not read every object. */
function createOwnerIndex(): OwnerIndex {
  const byOwner = new Map<string, Map<string, { readonly resource: string; readonly object: KubeObject }>>();
  return {
    replace(resource, previous, next) {
      for (const { uid } of previous?.metadata.ownerReferences ?? []) {
        const dependents = byOwner.get(uid);
        dependents?.delete(`${resource} ${previous ? keyOf(previous) : ''}`);
        if (dependents?.size === 0) byOwner.delete(uid);
      }
      for (const { uid } of next?.metadata.ownerReferences ?? []) {
        let dependents = byOwner.get(uid);
        if (!dependents) byOwner.set(uid, (dependents = new Map()));
        if (next) dependents.set(`${resource} ${keyOf(next)}`, { resource, object: next });
      }
    },
    of: (uid) => [...(byOwner.get(uid)?.values() ?? [])],
  };
}
