import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PermanentError, days, messageOf, renderTime, type Instant } from '@fleetmend/kernel';

const LAYOUT = 1;
const TABLES = `
  CREATE TABLE IF NOT EXISTS spend (scope TEXT NOT NULL, day TEXT NOT NULL, tokens INTEGER NOT NULL, micros INTEGER NOT NULL, PRIMARY KEY (scope, day)) STRICT;
  CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, text TEXT NOT NULL, until INTEGER NOT NULL) STRICT;
`;

/** Tokens, and millionths of a US dollar. */
export interface Amount {
  readonly tokens: number;
  readonly micros: number;
}

/** Most that may be spent in one scope: a day of the fleet or of a cluster, the life of a request. */
export interface SpendLimit {
  readonly scope: string;
  readonly day: string;
  readonly limit: { readonly tokens: number; readonly micros?: number | undefined };
}

export type Reservation = { readonly granted: true; settle(actual: Amount): void } | { readonly granted: false; readonly scope: string; readonly what: 'tokens' | 'dollars'; readonly used: number; readonly limit: number };

/**
 * What was spent, and what was answered, over restarts. An amount is reserved before a call and settled after it: whoever dies in
 * between has spent the reservation, never less.
 */
export interface SpendLedger {
  reserve(amount: Amount, limits: readonly SpendLimit[]): Reservation;
  spent(scope: string, day: string): Amount;
  findAnswer(key: string, now: Instant): string | undefined;
  putAnswer(answer: { readonly key: string; readonly text: string; readonly until: Instant; readonly now: Instant }): void;
  close(): void;
}

export function dayOf(now: Instant): string {
  return renderTime(now).slice(0, 10);
}

/** @throws PermanentError `StoreCorrupt` naming the file and the way out. */
export function openSpendLedger(stateDir: string): SpendLedger {
  const database = open(join(stateDir, 'spend.db'), stateDir);
  const read = database.prepare('SELECT tokens, micros FROM spend WHERE scope = ? AND day = ?');
  const add = database.prepare('INSERT INTO spend (scope, day, tokens, micros) VALUES (?, ?, ?, ?) ON CONFLICT (scope, day) DO UPDATE SET tokens = tokens + excluded.tokens, micros = micros + excluded.micros');
  const findAnswer = database.prepare('SELECT text FROM answers WHERE key = ? AND until > ?');
  const putAnswer = database.prepare('INSERT OR REPLACE INTO answers (key, text, until) VALUES (?, ?, ?)');
  const dropAnswers = database.prepare('DELETE FROM answers WHERE until <= ?');
  const dropSpend = database.prepare("DELETE FROM spend WHERE day <> '' AND day < ?");

  const spent = (scope: string, day: string): Amount => {
    const row = read.get(scope, day);
    return { tokens: Number(row?.['tokens'] ?? 0), micros: Number(row?.['micros'] ?? 0) };
  };
  const transaction = <T>(work: () => T): T => {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  };
  const addTo = (limits: readonly SpendLimit[], { tokens, micros }: Amount) => {
    for (const { scope, day } of limits) add.run(scope, day, tokens, micros);
  };

  return {
    reserve: (amount, limits) =>
      transaction((): Reservation => {
        for (const { scope, day, limit } of limits) {
          const used = spent(scope, day);
          if (used.tokens + amount.tokens > limit.tokens) return { granted: false, scope, what: 'tokens', used: used.tokens, limit: limit.tokens };
          if (limit.micros !== undefined && used.micros + amount.micros > limit.micros) return { granted: false, scope, what: 'dollars', used: used.micros / 1e6, limit: limit.micros / 1e6 };
        }
        addTo(limits, amount);
        return { granted: true, settle: (actual) => transaction(() => addTo(limits, { tokens: actual.tokens - amount.tokens, micros: actual.micros - amount.micros })) };
      }),
    spent,
    findAnswer: (key, now) => {
      const text = findAnswer.get(key, now)?.['text'];
      return typeof text === 'string' ? text : undefined;
    },
    putAnswer({ key, text, until, now }) {
      transaction(() => {
        dropAnswers.run(now);
        dropSpend.run(dayOf(now - days(31)));
        putAnswer.run(key, text, until);
      });
    },
    close: () => database.close(),
  };
}

function open(file: string, stateDir: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(stateDir, { recursive: true });
    database = new DatabaseSync(file, { timeout: 5000 });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    const layout = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
    if (layout > LAYOUT) throw new PermanentError('StoreTooNew', `${file} was written by a later version: run that version, or move the file away to start with an empty account of what models cost`);
    database.exec(`${TABLES} PRAGMA user_version = ${LAYOUT}`);
    return database;
  } catch (error) {
    if (database?.isOpen) database.close();
    if (error instanceof PermanentError || /locked|busy/i.test(messageOf(error))) throw error;
    throw new PermanentError('StoreCorrupt', `the account of what models cost cannot be read: ${file}: ${messageOf(error)}; restore it from a backup, or move it away: today's budgets then start anew`, { cause: error });
  }
}
