import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isLock, tryLock } from './lock.ts';
import { identify } from './process-identity.ts';

const place = { folder: '' };
beforeEach(() => {
  place.folder = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(place.folder, { recursive: true, force: true }));

const holdBy = (process: object): void => writeFileSync(join(place.folder, 'lab.lock'), JSON.stringify(process));

describe('a lock', () => {
  it('is given once, and names its holder to the next', () => {
    const first = tryLock(place.folder, 'lab');
    expect(isLock(first)).toBe(true);
    expect(tryLock(place.folder, 'lab')).toEqual(identify(process.pid));
  });

  it('can be taken again after it was released, and leaves no file behind', () => {
    const first = tryLock(place.folder, 'lab');
    if (isLock(first)) first.release();
    expect(readdirSync(place.folder)).toEqual([]);
    expect(isLock(tryLock(place.folder, 'lab'))).toBe(true);
  });

  it('of a process that has ended is taken over', () => {
    const { pid } = spawnSync('true');
    holdBy({ pid, started: '1' });
    expect(isLock(tryLock(place.folder, 'lab'))).toBe(true);
  });

  it('of a dead process is taken over also when its number belongs to another one by now', () => {
    holdBy({ pid: process.pid, started: '1' });
    expect(isLock(tryLock(place.folder, 'lab'))).toBe(true);
  });
});
