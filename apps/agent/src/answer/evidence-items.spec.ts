import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '@fleetmend/kernel';
import { EvidenceItem } from '@fleetmend/model';
import { createSession } from '@fleetmend/redaction';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../agent-log.ts';
import { finishItems, type RawItem } from './evidence-items.ts';
import { createEvidenceRing } from './evidence-ring.ts';

const log = (text: string): RawItem => ({ kind: 'log', title: 'previous log of shop/a container app', text, keep: 'tail' });
const finish = (...items: readonly RawItem[]) => finishItems(items, createSession());

describe('evidence items', () => {
  it('are valid on the wire, whatever they hold', () => {
    for (const item of finish(log('x\u0000\uD800y'), { kind: 'object', title: 't'.repeat(999), text: 'ü'.repeat(50_000) })) expect(EvidenceItem.parse(item)).toEqual(item);
  });

  it('keep the end of a log and the beginning of everything else, at whole lines', () => {
    const lines = Array.from({ length: 5_000 }, (_, number) => `line ${number}`).join('\n');
    const [tail, head] = finish(log(lines), { kind: 'event', title: 'events', text: lines });
    expect(tail?.text.endsWith('line 4999')).toBe(true);
    expect(tail?.text).toMatch(/^line \d+\n/);
    expect(head?.text.startsWith('line 0\n')).toBe(true);
    expect(head?.text).toMatch(/\nline \d+$/);
  });

  it('fill 64 KiB and no more, the first ones first', () => {
    const items = finish(...Array.from({ length: 10 }, (_, number) => log(`${number}${'é\n'.repeat(10_000)}`)));
    expect(items.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)).toBeLessThanOrEqual(64 * 1024);
    expect(items.length).toBeGreaterThan(3);
  });

  it('leave no half of a secret where they were cut', () => {
    const secret = 'Gx9-S3cr3t-value-that-is-long';
    const [item] = finish(log(`${'a'.repeat(30)}\npassword=${secret} ${'b\n'.repeat(16_384 / 2 - 20)}`));
    for (let length = 6; length < secret.length; length += 1) expect(item?.text).not.toContain(secret.slice(-length));
  });

  it('are left out when empty', () => {
    expect(finish(log(' \n'))).toEqual([]);
  });
});

describe('the ring on disk', () => {
  const item = (text: string): EvidenceItem => ({ kind: 'log', title: 'previous log', text, digest: sha256(text) });

  it('gives back what was written, and drops the oldest when it is full', () => {
    const dir = mkdtempSync(join(tmpdir(), 'fleetmend-ring-'));
    const ring = createEvidenceRing({ dir, bytes: 25_000, log: silentLog });
    ['a', 'b', 'c'].forEach((name, age) => {
      ring.write(sha256(name), [item(name.repeat(10_000))]);
      const file = readdirSync(dir).find((one) => one === `${sha256(name).slice(7)}.json`);
      if (file) utimesSync(join(dir, file), 1_000 + age, 1_000 + age);
    });
    expect(ring.read(sha256('a'))).toEqual([]);
    expect(ring.read(sha256('c'))).toEqual([item('c'.repeat(10_000))]);
    rmSync(dir, { recursive: true });
  });

  it('leaves out what it cannot read, and says so', () => {
    const dir = mkdtempSync(join(tmpdir(), 'fleetmend-ring-'));
    const warnings: string[] = [];
    const ring = createEvidenceRing({ dir, bytes: 25_000, log: { ...silentLog, warn: (message) => warnings.push(message) } });
    writeFileSync(join(dir, `${sha256('a').slice(7)}.json`), '[{');
    expect(ring.read(sha256('a'))).toEqual([]);
    expect(warnings).toHaveLength(1);
    rmSync(dir, { recursive: true });
  });
});
