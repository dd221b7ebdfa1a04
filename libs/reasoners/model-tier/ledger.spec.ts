import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSpendLedger, type SpendLedger, type SpendLimit } from './ledger.ts';

let dir: string;
let opened: SpendLedger[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-spend-'));
  opened = [];
});
afterEach(() => {
  opened.forEach((ledger) => ledger.close());
  rmSync(dir, { recursive: true });
});
const open = () => {
  const ledger = openSpendLedger(dir);
  opened.push(ledger);
  return ledger;
};
const fleet = (tokens: number, micros?: number): SpendLimit => ({ scope: 'fleet', day: '2026-01-05', limit: { tokens, micros } });

describe('the account of what models cost', () => {
  it('grants what is left, and what was not used comes back', () => {
    const ledger = open();
    const first = ledger.reserve({ tokens: 80, micros: 5 }, [fleet(100)]);
    expect(ledger.reserve({ tokens: 30, micros: 0 }, [fleet(100)])).toEqual({ granted: false, scope: 'fleet', what: 'tokens', used: 80, limit: 100 });
    if (first.granted) first.settle({ tokens: 60, micros: 3 });
    expect(ledger.spent('fleet', '2026-01-05')).toEqual({ tokens: 60, micros: 3 });
    expect(ledger.reserve({ tokens: 30, micros: 0 }, [fleet(100)]).granted).toBe(true);
  });

  it('reserves in no scope when one of them has nothing left', () => {
    const ledger = open();
    const cluster: SpendLimit = { scope: 'cluster:prod-1', day: '2026-01-05', limit: { tokens: 1000 } };
    expect(ledger.reserve({ tokens: 200, micros: 0 }, [cluster, fleet(100)]).granted).toBe(false);
    expect(ledger.spent('cluster:prod-1', '2026-01-05').tokens).toBe(0);
  });

  it('never grants two hubs more than there is', () => {
    const [one, other] = [open(), open()];
    const granted = Array.from({ length: 20 }, (_, turn) => (turn % 2 === 0 ? one : other).reserve({ tokens: 10, micros: 0 }, [fleet(95)]).granted);
    expect(granted.filter(Boolean)).toHaveLength(9);
    expect(other.spent('fleet', '2026-01-05').tokens).toBe(90);
  });

  it('keeps a reservation that nobody came back to settle', () => {
    open().reserve({ tokens: 80, micros: 0 }, [fleet(100)]);
    expect(open().reserve({ tokens: 30, micros: 0 }, [fleet(100)]).granted).toBe(false);
  });

  it('holds dollars apart from tokens', () => {
    expect(open().reserve({ tokens: 1, micros: 300 }, [fleet(100, 200)])).toMatchObject({ granted: false, what: 'dollars' });
  });

  it('forgets answers when their time is over', () => {
    const ledger = open();
    ledger.putAnswer({ key: 'k', text: 'old', until: 10, now: 0 });
    expect(ledger.findAnswer('k', 9)).toBe('old');
    expect(ledger.findAnswer('k', 10)).toBeUndefined();
  });

  it('that cannot be read is named, with the way out', () => {
    writeFileSync(join(dir, 'spend.db'), 'this is no database, however long one looks at it'.repeat(20));
    expect(() => open()).toThrow(expect.objectContaining({ reason: 'StoreCorrupt', message: expect.stringContaining('spend.db') }));
  });

  it('of a later version is left alone', () => {
    const database = new DatabaseSync(join(dir, 'spend.db'));
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(() => open()).toThrow(expect.objectContaining({ reason: 'StoreTooNew' }));
  });
});
