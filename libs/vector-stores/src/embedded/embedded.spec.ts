import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from './database.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-memory-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('a store file that cannot be used', () => {
  it('is named, with the next step, when it is no database', () => {
    const file = join(dir, 'precedents.db');
    writeFileSync(file, 'not a database, and longer than a header so that nobody takes it for an empty one '.repeat(20));
    expect(() => openDatabase(file)).toThrow(expect.objectContaining({ name: 'PermanentError', reason: 'StoreCorrupt', message: expect.stringMatching(/precedents\.db.*move it away/s) }));
  });

  it('is named when a page in the middle is damaged', () => {
    const file = join(dir, 'precedents.db');
    const database = new DatabaseSync(file);
    database.exec('BEGIN; CREATE TABLE t (a TEXT); CREATE INDEX i ON t (a)');
    for (let n = 0; n < 500; n += 1) database.exec(`INSERT INTO t VALUES ('${'x'.repeat(100)}${n}')`);
    database.exec('COMMIT');
    const pageSize = Number(database.prepare('PRAGMA page_size').get()?.['page_size']);
    database.close();
    const handle = openSync(file, 'r+');
    writeSync(handle, Buffer.alloc(pageSize, 7), 0, pageSize, 5 * pageSize);
    closeSync(handle);
    expect(() => openDatabase(file)).toThrow(expect.objectContaining({ reason: 'StoreCorrupt' }));
  });

  it('is refused when a later version wrote it', () => {
    const file = join(dir, 'precedents.db');
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(() => openDatabase(file)).toThrow(expect.objectContaining({ reason: 'StoreTooNew' }));
  });

  it('is told apart from a folder that is missing', () => {
    expect(() => openDatabase(join(dir, 'nowhere', 'precedents.db'))).toThrow(expect.objectContaining({ reason: 'StoreUnreadable' }));
  });
});
