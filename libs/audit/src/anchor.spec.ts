import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { minutes } from '@fleetmend/kernel';
import { VirtualClock } from '@fleetmend/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anchorName, folderPlace, startAnchor, type Anchor, type AnchorPlace } from './anchor.ts';
import { checkpointSigner } from './checkpoint.ts';
import { openFileAudit } from './file-audit.ts';
import { verifyAnchor } from './verify-anchor.ts';
import { verifyAudit } from './verify-audit.ts';

const pair = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
};
const { privateKey, publicKey } = pair();
const signer = checkpointSigner(privateKey);

let dir: string;
let clock: VirtualClock;
let warnings: string[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-anchor-'));
  clock = new VirtualClock();
  warnings = [];
});
afterEach(() => rmSync(dir, { recursive: true }));

const trail = () => join(dir, 'audit.jsonl');
const outside = () => join(dir, 'outside', anchorName('hub'));
const lines = (file: string) => readFileSync(file, 'utf8').split('\n').filter(Boolean);
const prove = (key = publicKey) => verifyAnchor({ trail: trail(), anchor: outside(), publicKey: key });

/** A hub that records so many steps, each in an interval of its own, and ends. */
async function live(records: number, { place = folderPlace(join(dir, 'outside'), 'hub'), during = async () => {} }: { readonly place?: AnchorPlace; readonly during?: (anchor: Anchor) => Promise<void> } = {}): Promise<void> {
  const audit = await openFileAudit({ file: trail(), clock, writer: 'hub' });
  try {
    const anchor = await startAnchor({ file: trail(), end: audit.end, writer: 'hub', place, signer, every: minutes(5), clock, warn: (message) => warnings.push(message) });
    for (let each = 0; each < records; each += 1) {
      await audit.record({ step: `step${each}`, actor: 'hub', request: { namespace: 'a', name: 'rr', uid: 'u', attempt: 1 }, data: {} });
      await clock.run(minutes(5));
      // Files are written on the real clock.
      await new Promise((done) => setImmediate(done));
    }
    await during(anchor);
    await anchor.stop();
  } finally {
    await audit.close();
  }
}
const cut = (keep: number) => writeFileSync(trail(), lines(trail()).slice(0, keep).map((line) => `${line}\n`).join(''));

describe('checkpoints outside', () => {
  it('prove that nothing was cut off, over restarts', async () => {
    await live(2);
    await live(1);
    expect(await prove()).toMatchObject({ consistent: true, last: { writer: 'hub', sequence: 3 } });
  });

  it('show a cut at the end, which the chain alone does not', async () => {
    await live(3);
    cut(2);
    expect(await verifyAudit(trail())).toMatchObject({ intact: true, records: 2 });
    expect(await prove()).toMatchObject({ consistent: false, problem: expect.stringMatching(/the trail ends with record 2, and at .* it had 3: its end was cut off/) });
  });

  it('show a trail that was written anew from some record on, though it is a whole chain', async () => {
    await live(2);
    cut(1);
    const audit = await openFileAudit({ file: trail(), clock, writer: 'hub' });
    for (const step of ['forged', 'more']) await audit.record({ step, actor: 'hub', request: { namespace: 'a', name: 'rr', uid: 'u', attempt: 1 }, data: {} });
    await audit.close();
    expect(await verifyAudit(trail())).toMatchObject({ intact: true, records: 3 });
    expect(await prove()).toMatchObject({ consistent: false, problem: expect.stringMatching(/record 2 is another one than at .*: the trail was written anew/) });
  });

  it('count only under their key, and only as they were signed', async () => {
    await live(2);
    expect(await prove(pair().publicKey)).toMatchObject({ consistent: false, problem: expect.stringContaining('its signature is not one of key') });
    writeFileSync(outside(), readFileSync(outside(), 'utf8').replace('"sequence":2', '"sequence":1'));
    expect(await prove()).toMatchObject({ consistent: false, problem: expect.stringContaining('its signature is not one of key') });
    writeFileSync(outside(), 'hello\n');
    expect(await prove()).toMatchObject({ consistent: false, problem: expect.stringContaining('it is no checkpoint') });
    writeFileSync(outside(), '');
    expect(await prove()).toMatchObject({ consistent: false, problem: expect.stringContaining('holds no checkpoint') });
    rmSync(outside());
    await expect(prove()).rejects.toMatchObject({ reason: 'NoAnchor' });
  });

  it('are not written again while nothing is recorded', async () => {
    await live(1);
    const before = lines(outside()).length;
    await live(0);
    expect(lines(outside())).toHaveLength(before);
  });

  it.each([
    ['cut off', () => cut(1), /ends with record 1, and record 2 was there once/],
    ['taken away', () => rmSync(trail()), /ends with record 0, and record 2 was there once/],
  ] as const)('keep a hub from going on behind a trail that was %s', async (_, harm, says) => {
    await live(2);
    harm();
    await expect(live(1)).rejects.toMatchObject({ reason: 'AuditCut', message: expect.stringMatching(says) });
  });

  it('that cannot be put there are told of, hold back merges, and are tried again', async () => {
    let away = true;
    const real = folderPlace(join(dir, 'outside'), 'hub');
    const place: AnchorPlace = { ...real, append: (line) => (away ? Promise.reject(new Error('ENOSPC')) : real.append(line)) };
    await live(2, {
      place,
      during: async (anchor) => {
        expect(anchor.behind()).toContain('ENOSPC');
        expect(warnings).toHaveLength(1);
        away = false;
      },
    });
    expect(await prove()).toMatchObject({ consistent: true, last: { sequence: 2 } });
  });

  it('in a folder that cannot be written end the start', async () => {
    writeFileSync(join(dir, 'file'), '');
    await expect(live(1, { place: folderPlace(join(dir, 'file'), 'hub') })).rejects.toMatchObject({ reason: 'AnchorUnusable', message: expect.stringContaining('hub.audit.anchor.folder') });
    await live(1);
    appendFileSync(outside(), 'hello\n');
    await expect(live(1)).rejects.toMatchObject({ reason: 'AnchorUnusable' });
  });

  it.each([['another kind', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()], ['none', 'nonsense '.repeat(9)]])('with a key of %s are refused without showing it', (_, bad) => {
    expect(() => checkpointSigner(bad)).toThrow(expect.objectContaining({ reason: 'BadCheckpointKey', message: expect.not.stringContaining(bad.slice(30, 60)) }));
  });
});
