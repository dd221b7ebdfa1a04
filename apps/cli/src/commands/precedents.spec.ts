import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pluginStateDir } from '@fleetmend/hub';
import { parse } from '@fleetmend/kernel';
import { systemClock } from '@fleetmend/telemetry';
import { embedded } from '@fleetmend/vector-stores';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EXIT } from '../exit-codes.ts';
import { runCli } from '../program.ts';

const ID = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff';
let dir: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-precedents-'));
  const stateDir = pluginStateDir(join(dir, 'hub'), 'hub.vectorStore', 'embedded');
  mkdirSync(stateDir, { recursive: true });
  const store = await embedded.create(parse(embedded.config, {}, 'config'), { clock: systemClock, fetch, stateDir, log: { info: () => undefined, warn: () => undefined } });
  await store.put({ id: ID, tenant: 'shop-team', fingerprint: `sha256:${'1'.repeat(64)}`, class: 'OOMKilled', shape: { kind: 'Deployment' }, cause: 'needs more memory', action: 'setResources', fields: [], outcome: 'Verified', decidedBy: 'human', clusters: ['prod-1'], at: 0, request: { name: 'rr-1', uid: 'u', attempt: 1 } });
  await store.close();
});
afterEach(() => rmSync(dir, { recursive: true }));

const run = async (...args: string[]) => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const status = await runCli({ args: [...args, '--state-dir', dir], env: {}, stdout: stdout as unknown as NodeJS.WriteStream, stderr: stderr as unknown as NodeJS.WriteStream, stdin: new PassThrough() as unknown as NodeJS.ReadStream, signal: new AbortController().signal, root: dir });
  return { status, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
};

it('lists what a tenant remembers, and not what another does', async () => {
  expect((await run('precedents', 'list', '-n', 'shop-team')).out).toMatch(new RegExp(`${ID}.*OOMKilled.*setResources.*Verified.*human`));
  expect((await run('precedents', 'list', '-n', 'other')).out).toContain('Nothing is remembered in other');
});

it('forgets on purpose, and says when there was nothing to forget', async () => {
  expect((await run('precedents', 'forget', ID, '-n', 'shop-team')).out).toContain('forgot 1');
  expect(await run('precedents', 'forget', ID, '-n', 'shop-team')).toMatchObject({ status: EXIT.permanent, err: expect.stringContaining(`nothing in shop-team has the key ${ID}`) });
});

it('needs to know whose memory', async () => {
  expect((await run('precedents', 'list')).status).toBe(EXIT.usage);
});
