import { messageOf, parse, PermanentError, type Clock, type Duration } from '@fleetmend/kernel';
import { EvidenceItem } from '@fleetmend/model';
import type { Evidence } from '@fleetmend/ports';
import { DatabaseSync } from 'node:sqlite';

export interface EvidenceStore extends Evidence {
  close(): void;
}

/**
 * Redacted evidence by digest in one SQLite file, each item for `ttl` after it was last put.
 * @throws PermanentError `EvidenceCorrupt` naming the file.
 */
export function openEvidenceStore({ file, clock, ttl }: { readonly file: string; readonly clock: Clock; readonly ttl: Duration }): EvidenceStore {
  const database = openDatabase(file);
  const insert = database.prepare('INSERT OR REPLACE INTO evidence (digest, json, at) VALUES (?, ?, ?)');
  const select = database.prepare('SELECT json FROM evidence WHERE digest = ? AND at > ?');
  const expire = database.prepare('DELETE FROM evidence WHERE at <= ?');
  return {
    async put(items) {
      const now = clock.now();
      expire.run(now - ttl);
      for (const item of items) insert.run(item.digest, JSON.stringify(item), now);
    },
    get: async (digests) =>
      digests.flatMap((digest) => {
        const row = select.get(digest, clock.now() - ttl);
        return row ? [parse(EvidenceItem, JSON.parse(String(row['json'])), `stored evidence ${digest}`)] : [];
      }),
    close: () => {
      if (database.isOpen) database.close();
    },
  };
}

function openDatabase(file: string): DatabaseSync {
  try {
    const database = new DatabaseSync(file);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE IF NOT EXISTS evidence (digest TEXT PRIMARY KEY, json TEXT NOT NULL, at INTEGER NOT NULL) STRICT');
    return database;
  } catch (error) {
    throw new PermanentError('EvidenceCorrupt', `the evidence store ${file} cannot be used: ${messageOf(error)}; move it away, its content is read again from the clusters`, { cause: error });
  }
}
