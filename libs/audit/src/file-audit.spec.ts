import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@fleetmend/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileAudit } from './file-audit.ts';
import { verifyAudit } from './verify-audit.ts';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-audit-'));
  file = join(dir, 'audit.jsonl');
});
afterEach(() => rmSync(dir, { recursive: true }));

const openTrail = () => openFileAudit({ file, clock: new VirtualClock(), writer: 'hub' });
const aRecord = (step: string) => ({ step, actor: 'hub', request: { namespace: 'shop-team', name: 'rr-1', uid: 'u', attempt: 1 }, data: { digest: 'sha256:1' } });
const write = async (...steps: readonly string[]) => {
  const trail = await openTrail();
  await Promise.all(steps.map((step) => trail.record(aRecord(step))));
  await trail.close();
};
const lines = () => readFileSync(file, 'utf8').split('\n').slice(0, -1);

describe('the trail', () => {
  it('keeps records in order, as CloudEvents, and proves itself', async () => {
    await write('diagnose', 'propose', 'evaluate');
    expect(lines().map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(['dev.fleetmend.audit.diagnose', 'dev.fleetmend.audit.propose', 'dev.fleetmend.audit.evaluate']);
    expect(await verifyAudit(file)).toMatchObject({ intact: true, records: 3 });
  });

  it('is one chain over restarts', async () => {
    await write('diagnose');
    await write('propose');
    expect(await verifyAudit(file)).toMatchObject({ intact: true, records: 2, end: { sequence: 2 } });
  });

  it('goes on after a crash that cut off its last line', async () => {
    await write('diagnose');
    appendFileSync(file, '{"specversion":"1.0","id":"cut');
    await write('propose');
    expect(await verifyAudit(file)).toMatchObject({ intact: true, records: 2 });
  });

  it('has each record on disk when it is acknowledged', async () => {
    const trail = await openTrail();
    await trail.record(aRecord('diagnose'));
    expect(lines()).toHaveLength(1);
    await trail.close();
  });

  it('refuses to go on behind a last line that is no record', async () => {
    writeFileSync(file, 'hello\n');
    await expect(openTrail()).rejects.toMatchObject({ reason: 'AuditCorrupt', message: expect.stringContaining(file) });
  });

  it('names a place that cannot be written', async () => {
    await expect(openFileAudit({ file: join(dir, 'nowhere', 'a'), clock: new VirtualClock(), writer: 'hub' })).rejects.toMatchObject({ reason: 'AuditUnwritable' });
  });

  it('takes nothing more once closed', async () => {
    const trail = await openTrail();
    await trail.close();
    await expect(trail.record(aRecord('late'))).rejects.toThrow(/closed/);
  });
});

describe('tampering is found where it was done', () => {
  const tampering: Record<string, [(all: string[]) => string[], number]> = {
    'a changed word': [(all) => all.map((line, index) => (index === 1 ? line.replace('sha256:1', 'sha256:2') : line)), 2],
    'a removed record': [(all) => all.filter((_, index) => index !== 1), 2],
    'two records that changed places': [([a = '', b = '', c = '']) => [a, c, b], 2],
    'a removed beginning': [(all) => all.slice(1), 1],
    'a line that is no record': [(all) => [...all, 'hello'], 4],
  };
  it.each(Object.entries(tampering))('%s', async (_name, [tamper, line]) => {
    await write('diagnose', 'propose', 'evaluate');
    writeFileSync(file, `${tamper(lines()).join('\n')}\n`);
    expect(await verifyAudit(file)).toMatchObject({ intact: false, line });
  });
});
