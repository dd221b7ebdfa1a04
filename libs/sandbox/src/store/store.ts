import type { DatabaseSync } from 'node:sqlite';
import { messageOf } from '@fleetmend/kernel';
import type { KubeObject } from '../objects.ts';
import { type ClusterStore, createClusterStore, type StoredChange } from './cluster-store.ts';
import { corrupt, openDatabase } from './database.ts';

/** The state of every cluster of one sandbox, in one file. */
export interface Store {
  /** The objects of one cluster; a name that was never used is an empty cluster. The same name gives the same store. */
  cluster(name: string): ClusterStore;
  /** Small texts that must outlive the process (certificates, the token). */
  setting(name: string): string | undefined;
  keepSetting(name: string, value: string): void;
  /** Makes everything written so far durable now, instead of at the end of the current microtask turn. */
  flush(): void;
  close(): void;
}

export interface StoreOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  /** How many changes each cluster remembers for watches; older resource versions are answered 410. */
  readonly history?: number;
}

/**
 * Opens the state. Reads are from memory; writes reach the file in one transaction per microtask turn, so that whoever is
 * told of a write (a response, a watch event, an awaited call) is told after it is durable.
 *
 * @throws PermanentError `CorruptState`, `StateInUse`, `StateUnusable`
 */
export function openStore({ path, history = 8_192 }: StoreOptions): Store {
  const database = openDatabase(path);
  const clusters = new Map<string, ClusterStore>();
  const writer = path === ':memory:' ? NOTHING_TO_KEEP : createWriter(database);
  const cluster = (name: string): ClusterStore => {
    const known = clusters.get(name);
    if (known) return known;
    const made = createClusterStore({
      name,
      history,
      ...load(database, name, path),
      // Whoever was still at work when the world ended writes into memory that nobody reads any more, and does it again in the next life.
      persist: (change) => void (database.isOpen && writer.add(name, change)),
    });
    clusters.set(name, made);
    return made;
  };
  const settings = new Map<string, string>();
  for (const row of database.prepare('SELECT name, value FROM settings').all()) settings.set(String(row['name']), String(row['value']));
  return {
    cluster,
    setting: (name) => settings.get(name),
    keepSetting(name, value) {
      settings.set(name, value);
      database.prepare('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)').run(name, value);
    },
    flush: writer.flush,
    close() {
      writer.flush();
      database.close();
    },
  };
}

function load(database: DatabaseSync, cluster: string, path: string): { readonly revision: number; readonly objects: readonly { readonly resource: string; readonly object: KubeObject }[] } {
  const revision = Number(database.prepare('SELECT revision FROM clusters WHERE name = ?').get(cluster)?.['revision'] ?? 0);
  const rows = database.prepare('SELECT resource, name, body FROM objects WHERE cluster = ?').all(cluster);
  const objects = rows.map((row) => {
    try {
      return { resource: String(row['resource']), object: JSON.parse(String(row['body'])) as KubeObject };
    } catch (error) {
      throw corrupt(path, `${String(row['resource'])} ${String(row['name'])} of cluster ${cluster} in it is not readable (${messageOf(error)})`);
    }
  });
  return { revision, objects };
}

/** What nobody can read again need not be written. */
const NOTHING_TO_KEEP: Writer = { add: () => undefined, flush: () => undefined };

interface Writer {
  add(cluster: string, change: StoredChange): void;
  readonly flush: () => void;
}

/** Gathers changes, the last one per object, and commits them together. */
function createWriter(database: DatabaseSync): Writer {
  const put = database.prepare('INSERT OR REPLACE INTO objects (cluster, resource, namespace, name, body) VALUES (?, ?, ?, ?, ?)');
  const remove = database.prepare('DELETE FROM objects WHERE cluster = ? AND resource = ? AND namespace = ? AND name = ?');
  const advance = database.prepare('INSERT OR REPLACE INTO clusters (name, revision) VALUES (?, ?)');
  const waiting = new Map<string, { readonly cluster: string; readonly change: StoredChange }>();
  const revisions = new Map<string, number>();
  const flush = () => {
    if (revisions.size === 0) return;
    database.exec('BEGIN');
    for (const { cluster, change } of waiting.values()) {
      const { resource, namespace, name, object } = change;
      if (object) put.run(cluster, resource, namespace, name, JSON.stringify(object));
      else remove.run(cluster, resource, namespace, name);
    }
    for (const [cluster, revision] of revisions) advance.run(cluster, revision);
    database.exec('COMMIT');
    waiting.clear();
    revisions.clear();
  };
  return {
    add(cluster, change) {
      if (revisions.size === 0) queueMicrotask(flush);
      waiting.set(`${cluster}\n${change.resource}\n${change.namespace}\n${change.name}`, { cluster, change });
      revisions.set(cluster, change.revision);
    },
    flush,
  };
}
