import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anchorName, checkpointSigner, openFileAudit } from '@fleetmend/audit';
import { renderTime } from '@fleetmend/kernel';
import { VirtualClock } from '@fleetmend/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CommandWorld } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { auditCommand } from './audit.ts';

let dir: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-audit-'));
  const clock = new VirtualClock();
  const keys = generateKeyPairSync('ed25519');
  const audit = await openFileAudit({ file: join(dir, 'audit.jsonl'), clock, writer: 'hub' });
  for (const step of ['propose', 'evaluate']) await audit.record({ step, actor: 'hub', request: { namespace: 'a', name: 'rr', uid: 'u', attempt: 1 }, data: {} });
  mkdirSync(join(dir, 'outside'));
  const signed = checkpointSigner(keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()).sign({ writer: 'hub', end: audit.end(), time: renderTime(clock.now()) });
  writeFileSync(join(dir, 'outside', anchorName('hub')), `${JSON.stringify(signed)}\n`);
  writeFileSync(join(dir, 'key.pub'), keys.publicKey.export({ type: 'spki', format: 'pem' }));
  await audit.close();
});
afterEach(() => rmSync(dir, { recursive: true }));

async function verify(...args: readonly string[]) {
  const printed: string[] = [];
  let status: number = EXIT.ok;
  const world = { env: {}, print: (line: string) => printed.push(line), done: (code: number) => void (status = code) } as unknown as CommandWorld;
  await auditCommand(world).parseAsync(['verify', join(dir, 'audit.jsonl'), ...args], { from: 'user' });
  return { status, out: printed.join('\n') };
}
const anchored = () => ['--anchor', join(dir, 'outside'), '--anchor-key', join(dir, 'key.pub')] as const;

it('a whole trail is intact, and consistent with its checkpoints, in their folder or their file', async () => {
  expect(await verify(...anchored())).toMatchObject({ status: EXIT.ok, out: expect.stringMatching(/^intact: 2 records.*\nconsistent: with 1 checkpoints, the last of .* at record 2$/) });
  expect((await verify('--anchor', join(dir, 'outside', anchorName('hub')), '--anchor-key', join(dir, 'key.pub'))).status).toBe(EXIT.ok);
});

it('a trail whose end was cut off is intact by itself, and not consistent', async () => {
  writeFileSync(join(dir, 'audit.jsonl'), `${readFileSync(join(dir, 'audit.jsonl'), 'utf8').split('\n')[0]}\n`);
  expect((await verify()).status).toBe(EXIT.ok);
  expect(await verify(...anchored())).toMatchObject({ status: EXIT.failed, out: expect.stringMatching(/^intact: 1 records.*\nNOT consistent: .*its end was cut off$/) });
});

it('checkpoints without the key that they have to be signed with prove nothing', async () => {
  await expect(verify('--anchor', join(dir, 'outside'))).rejects.toMatchObject({ reason: 'AnchorKeyMissing', message: expect.stringContaining('--anchor-key') });
  await expect(verify('--anchor', join(dir, 'outside'), '--anchor-key', join(dir, 'absent'))).rejects.toMatchObject({ reason: 'AnchorKeyMissing' });
  await expect(verify('--anchor', join(dir, 'nowhere'), '--anchor-key', join(dir, 'key.pub'))).rejects.toMatchObject({ reason: 'NoAnchor' });
});
