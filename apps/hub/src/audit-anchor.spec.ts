import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anchorName, openFileAudit, verifyAnchor } from '@fleetmend/audit';
import { HubConfig } from '@fleetmend/config';
import { createGit, openBareRepository } from '@fleetmend/git';
import { VirtualClock } from '@fleetmend/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startAuditAnchor } from './audit-anchor.ts';

const keys = generateKeyPairSync('ed25519');
const clock = new VirtualClock();
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-audit-anchor-'));
  mkdirSync(join(dir, 'state'));
  writeFileSync(join(dir, 'key.pem'), keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function live(place: object, records: number): Promise<void> {
  const { audit: config } = HubConfig.parse({ audit: { anchor: { key: { file: join(dir, 'key.pem') }, ...place } } });
  const audit = await openFileAudit({ file: join(dir, 'state', 'audit.jsonl'), clock, writer: 'hub' });
  const warnings: string[] = [];
  const anchor = await startAuditAnchor({ config: { audit: config, stateDir: join(dir, 'state') }, audit, clock, env: { PATH: process.env['PATH'] }, warn: (message) => warnings.push(message) });
  for (let each = 0; each < records; each += 1) await audit.record({ step: 'propose', actor: 'hub', request: { namespace: 'a', name: 'rr', uid: 'u', attempt: 1 }, data: {} });
  await anchor.stop();
  await audit.close();
  expect(warnings).toEqual([]);
}
const prove = (anchor: string) => verifyAnchor({ trail: join(dir, 'state', 'audit.jsonl'), anchor, publicKey: keys.publicKey.export({ type: 'spki', format: 'pem' }).toString() });

it('checkpoints are kept in a folder', async () => {
  await live({ folder: join(dir, 'outside') }, 2);
  expect(await prove(join(dir, 'outside', anchorName('hub')))).toMatchObject({ consistent: true, last: { sequence: 2 } });
});

it('checkpoints are kept in a repository of their own, a commit each, and found again', async () => {
  const remote = await openBareRepository({ path: join(dir, 'remote.git'), git: createGit(), clock });
  const place = { repository: { url: remote.path, branch: 'audit' } };
  await live(place, 2);
  await live(place, 1);
  const head = await remote.head('audit');
  expect((await remote.log({ from: head, limit: 10 })).map(({ message }) => message)).toEqual(['checkpoint of the audit trail', 'checkpoint of the audit trail']);
  writeFileSync(join(dir, 'checkpoints'), (await (await remote.tree(head)).read(anchorName('hub'))) ?? '');
  expect(await prove(join(dir, 'checkpoints'))).toMatchObject({ consistent: true, checkpoints: 2, last: { sequence: 3 } });
  rmSync(join(dir, 'state', 'audit.jsonl'));
  await expect(live(place, 0)).rejects.toMatchObject({ reason: 'AuditCut' });
});

it('no checkpoint is made where none is asked for, and two places are one too many', async () => {
  const { audit } = HubConfig.parse({});
  const anchor = await startAuditAnchor({ config: { audit, stateDir: dir }, audit: { end: () => ({ sequence: 1, hash: '' }) }, clock, env: {}, warn: () => {} });
  expect(anchor.behind()).toBeUndefined();
  expect(existsSync(join(dir, 'audit-anchor.git'))).toBe(false);
  for (const place of [{}, { folder: '/a', repository: { url: 'https://example.org/a.git' } }]) expect(HubConfig.safeParse({ audit: { anchor: { key: { env: 'K' }, ...place } } }).error?.message).toContain('name one place');
});
