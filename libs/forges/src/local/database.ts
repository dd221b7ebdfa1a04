import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PermanentError, messageOf } from '@fleetmend/kernel';

const LAYOUT = 1;
const TABLES = `
  CREATE TABLE IF NOT EXISTS pull_requests (
    number INTEGER PRIMARY KEY AUTOINCREMENT, repository TEXT NOT NULL, branch TEXT NOT NULL, base TEXT NOT NULL,
    title TEXT NOT NULL, body TEXT NOT NULL, labels TEXT NOT NULL, reviewers TEXT NOT NULL, author TEXT NOT NULL, opened_at INTEGER NOT NULL,
    state TEXT NOT NULL, head TEXT NOT NULL, base_sha TEXT NOT NULL, merge_sha TEXT, closed_by TEXT, closed_kind TEXT, closed_at INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS pull_requests_of_branch ON pull_requests (repository, branch);
  CREATE TABLE IF NOT EXISTS merges (number INTEGER NOT NULL, sha TEXT NOT NULL, login TEXT NOT NULL, head TEXT NOT NULL, base_sha TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS reviews (number INTEGER NOT NULL, author TEXT NOT NULL, state TEXT NOT NULL, head TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS comments (number INTEGER NOT NULL, author TEXT NOT NULL, marker TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS one_comment_per_marker ON comments (number, marker) WHERE marker <> '';
  CREATE TABLE IF NOT EXISTS our_commits (repository TEXT NOT NULL, sha TEXT NOT NULL, PRIMARY KEY (repository, sha)) STRICT;
`;

/**
 * Opens `pull-requests.db` in the state directory; several processes may have it open at once.
 * @throws PermanentError `StoreCorrupt` or `StoreTooNew`, naming the file and the way out.
 */
export function openPullRequestDatabase(stateDir: string): DatabaseSync {
  const file = join(stateDir, 'pull-requests.db');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: 5000 });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    const layout = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
    if (layout > LAYOUT) throw new PermanentError('StoreTooNew', `${file} was written by a later version: run that version, or move the file away to start without its pull requests`);
    database.exec(`${TABLES} PRAGMA user_version = ${LAYOUT}`);
    return database;
  } catch (error) {
    if (database?.isOpen) database.close();
    if (error instanceof PermanentError || /locked|busy/i.test(messageOf(error))) throw error;
    throw new PermanentError('StoreCorrupt', `the pull requests of the local forge cannot be read: ${file}: ${messageOf(error)}; restore it from a backup, or move it away to start without them`, { cause: error });
  }
}
