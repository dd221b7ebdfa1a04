import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf, PermanentError } from '@fleetmend/kernel';

/** Marks the file as ours (`PRAGMA application_id`): "FMSB". Any other SQLite file is refused rather than written into. */
const APPLICATION_ID = 0x46_4d_53_42;
const SCHEMA_VERSION = 1;

const TABLES = `
  CREATE TABLE IF NOT EXISTS objects (
    cluster TEXT NOT NULL, resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (cluster, resource, namespace, name)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS clusters (name TEXT PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

/**
 * Opens (or makes) the sandbox's state file. WAL with `synchronous=NORMAL`: a commit survives the death of the process at
 * any instant. One process at a time holds the file.
 *
 * @param path a file, or `:memory:`
 * @throws PermanentError `CorruptState` (not ours, or damaged), `StateInUse` (another process has it)
 */
export function openDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    database = new DatabaseSync(path);
    prepare(database, path);
    return database;
  } catch (error) {
    database?.close();
    throw explained(error, path);
  }
}

function prepare(database: DatabaseSync, path: string): void {
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  const id = pragma(database, 'application_id');
  const isNew = id === 0 && database.prepare('SELECT count(*) AS n FROM sqlite_master').get()?.['n'] === 0;
  if (!isNew && id !== APPLICATION_ID) throw corrupt(path, 'it is a database of another program');
  if (!isNew && pragma(database, 'user_version') !== SCHEMA_VERSION) throw corrupt(path, `it was written by another version (layout ${pragma(database, 'user_version')}, this one reads ${SCHEMA_VERSION})`);
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = NORMAL');
  if (!isNew && database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'] !== 'ok') throw corrupt(path, 'it is damaged');
  database.exec(`BEGIN IMMEDIATE; ${TABLES} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`);
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
}

/** The error for a state file that cannot be used. */
export function corrupt(path: string, why: string): PermanentError {
  return new PermanentError('CorruptState', `the sandbox cannot use its state file ${path}: ${why}. Move that file (with -wal and -shm beside it) away and start again: the sandbox then begins empty`);
}

function explained(error: unknown, path: string): unknown {
  if (error instanceof PermanentError) return error;
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  if (code === 5) return new PermanentError('StateInUse', `the state file ${path} is in use by another process: stop the other sandbox, or give this one another state directory`);
  if (code === 11 || code === 26) return corrupt(path, `it is not a readable database (${messageOf(error)})`);
  return new PermanentError('StateUnusable', `the sandbox cannot open its state file ${path} (${messageOf(error)}): check that its directory exists and is writable`, { cause: error });
}
