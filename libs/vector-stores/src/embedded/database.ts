import { messageOf, PermanentError } from '@fleetmend/kernel';
import { DatabaseSync } from 'node:sqlite';

const SCHEMA_VERSION = 1;
const TABLES = `
  CREATE TABLE IF NOT EXISTS precedents (
    id TEXT PRIMARY KEY, tenant TEXT NOT NULL, fingerprint TEXT NOT NULL,
    json TEXT NOT NULL, embedder TEXT NOT NULL, vector BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS precedents_of_tenant ON precedents (tenant, fingerprint);
  CREATE TABLE IF NOT EXISTS vetoes (
    tenant TEXT NOT NULL, key TEXT NOT NULL, request TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (tenant, key)
  ) STRICT;
`;

/**
 * Opens the file and makes its tables.
 * @throws PermanentError `StoreCorrupt` when it is no database or a damaged one, `StoreTooNew` when a later version wrote it.
 */
export function openDatabase(file: string): DatabaseSync {
  const database = openSafely(file);
  const found = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (found > SCHEMA_VERSION) {
    database.close();
    throw new PermanentError('StoreTooNew', `${file} was written by a later version (layout ${found}, this one reads ${SCHEMA_VERSION}): run that version, or move the file away to start with an empty memory`);
  }
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; ${TABLES} PRAGMA user_version = ${SCHEMA_VERSION}`);
  return database;
}

function openSafely(file: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    const health = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (health === 'ok') return database;
    throw new Error(String(health));
  } catch (error) {
    if (database?.isOpen) database.close();
    const text = messageOf(error);
    if (/unable to open/.test(text)) throw new PermanentError('StoreUnreadable', `the memory of finished cases cannot be opened: ${file}: ${text}; check that its folder exists and may be written`, { cause: error });
    throw new PermanentError('StoreCorrupt', `the memory of finished cases is damaged: ${file}: ${text}; restore it from a backup, or move it away to start with an empty memory (vetoes in it are lost)`, { cause: error });
  }
}
