import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hours, sha256 } from '@fleetmend/kernel';
import { VirtualClock } from '@fleetmend/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openEvidenceStore } from './evidence-store.ts';

let dir: string;
let clock: VirtualClock;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-evidence-'));
  clock = new VirtualClock();
});
afterEach(() => rmSync(dir, { recursive: true }));

const open = () => openEvidenceStore({ file: join(dir, 'evidence.db'), clock, ttl: hours(24) });
const item = { kind: 'log' as const, title: 'previous log', text: 'out of memory', digest: sha256('out of memory') };

it('finds evidence by its digest, after a restart too, and leaves out what it does not have', async () => {
  const store = open();
  await store.put([item, item]);
  store.close();
  const again = open();
  expect(await again.get([sha256('other'), item.digest])).toEqual([item]);
  again.close();
});

it('forgets evidence when its time is over, unless it was put again', async () => {
  const store = open();
  await store.put([item]);
  await clock.run(hours(20));
  await store.put([item]);
  await clock.run(hours(20));
  expect(await store.get([item.digest])).toEqual([item]);
  await clock.run(hours(5));
  expect(await store.get([item.digest])).toEqual([]);
  store.close();
});

it('names a file that is damaged, and says that nothing is lost', () => {
  writeFileSync(join(dir, 'evidence.db'), 'no database '.repeat(500));
  expect(open).toThrow(expect.objectContaining({ reason: 'EvidenceCorrupt', message: expect.stringMatching(/evidence\.db.*read again/) }));
});
