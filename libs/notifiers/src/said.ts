import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { days, messageOf, PermanentError, type Clock } from '@fleetmend/kernel';

/** What a channel has said: for services that cannot be asked whether they know a message. */
export interface Said {
  /** What was kept for this key; undefined: it was not said. */
  find(key: string): string | undefined;
  /** Says it, unless it was said; answers what is kept for it. What could not be said is not kept. */
  once(key: string, say: () => Promise<string>): Promise<string>;
  forget(key: string): void;
}

const KEPT = days(30);

/**
 * Keys of what was said, in a file of the plugin's state directory. A crash between saying and writing it down says it twice:
 * services that take an idempotency key get the same one both times.
 * @throws PermanentError `StateUnwritable`
 */
export function openSaid({ stateDir, clock }: { readonly stateDir: string; readonly clock: Clock }): Said {
  const database = open(join(stateDir, 'said.db'));
  const select = database.prepare('SELECT value FROM said WHERE key = ?');
  const insert = database.prepare('INSERT OR REPLACE INTO said (key, value, at) VALUES (?, ?, ?)');
  const remove = database.prepare('DELETE FROM said WHERE key = ?');
  const expire = database.prepare('DELETE FROM said WHERE at <= ?');
  const underWay = new Map<string, Promise<string>>();
  const find = (key: string): string | undefined => {
    const row = select.get(key);
    return row === undefined ? undefined : String(row['value']);
  };
  const sayAndKeep = async (key: string, say: () => Promise<string>): Promise<string> => {
    const value = await say();
    expire.run(clock.now() - KEPT);
    insert.run(key, value, clock.now());
    return value;
  };
  return {
    find,
    once(key, say) {
      const known = find(key);
      if (known !== undefined) return Promise.resolve(known);
      const running = underWay.get(key) ?? sayAndKeep(key, say).finally(() => underWay.delete(key));
      underWay.set(key, running);
      return running;
    },
    forget: (key) => void remove.run(key),
  };
}

function open(file: string): DatabaseSync {
  try {
    const database = new DatabaseSync(file);
    database.exec('PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS said (key TEXT PRIMARY KEY, value TEXT NOT NULL, at INTEGER NOT NULL) STRICT');
    return database;
  } catch (error) {
    throw new PermanentError('StateUnwritable', `${file} cannot be used: ${messageOf(error)}; move it away, at worst a message is said twice`, { cause: error });
  }
}
