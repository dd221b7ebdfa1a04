import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { systemClock } from '@fleetmend/telemetry';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDecisionLog } from '../../../hub/src/policy/decision-log.ts';
import { writeBundle } from '../../../../libs/policy-engines/src/opa-wasm/bundle-fixture.ts';
import { EXIT } from '../exit-codes.ts';
import { runCli } from '../program.ts';
import { readCase } from './policy-test.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const CASES = join(ROOT, 'policies/examples/cases');
const SHIPPED = join(ROOT, 'policies/bundle');
const answer = (allow: boolean) => ({ allow, tier: 'T0', violations: allow ? [] : [{ id: 'X01', class: 'Unsafe', message: 'nothing is allowed' }], warnings: [], requires: { approvals: 0, priorApproval: false, reviewers: [], labels: [] } });

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-replay-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const bundleThat = (what: 'denies' | 'allows') => {
  mkdirSync(join(dir, what));
  return writeBundle(join(dir, what), { answer: { results: [{ result: answer(what === 'allows') }] } });
};
const replay = async (...args: string[]) => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const status = await runCli({ args: ['policy', 'replay', ...args], env: { FLEETMEND_STATE_DIR: dir }, stdout: stdout as unknown as NodeJS.WriteStream, stderr: stderr as unknown as NodeJS.WriteStream, stdin: new PassThrough() as unknown as NodeJS.ReadStream, signal: new AbortController().signal, root: ROOT });
  return { status, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
};

it('finds no difference between a bundle and itself', async () => {
  expect(await replay(CASES, '--bundle', SHIPPED)).toMatchObject({ status: EXIT.ok, out: expect.stringContaining('2 judged again, 0 decided otherwise') });
});

it('lists what another bundle newly denies, and what it newly allows', async () => {
  const strict = await replay(CASES, '--bundle', bundleThat('denies'));
  expect([strict.status, strict.out]).toEqual([EXIT.failed, expect.stringMatching(/new deny .*setResources .*allow T0 .*deny T0 X01 .*memory-raised\.yaml[^]*2 judged again, 2 decided otherwise/)]);
  const lax = await replay(CASES, '--bundle', bundleThat('allows'));
  expect(lax.out).toMatch(/new allow .*deny T\d.*S01.* allow T0 .*container-made-privileged\.yaml/);
  // The other way round, what the second one lets go is what the first one denied.
  expect((await replay(CASES, '--bundle', SHIPPED, '--against', join(dir, 'denies'))).out).toMatch(/new allow .*memory-raised/);
});

it('judges again what a hub has logged', async () => {
  mkdirSync(join(dir, 'hub'));
  const file = join(dir, 'hub', 'policy-decisions.db');
  const log = openDecisionLog({ file, clock: systemClock });
  const { input } = readCase(join(CASES, 'memory-raised.yaml'));
  log.judged({ cluster: 'prod-1', bundle: { name: 'fleetmend', revision: '1', digest: `sha256:${'a'.repeat(64)}` }, plan: { request: 'u1', digest: `sha256:${'b'.repeat(64)}`, kind: 'Repair' }, input, denied: false });
  const { out } = await replay('--bundle', bundleThat('denies'));
  expect(out).toMatch(/new deny .*request u1, plan b{12}[^]*1 judged again, 1 decided otherwise/);
  log.close();
  expect((await replay('--bundle', SHIPPED, '--log', file)).status).toBe(EXIT.ok);
});

it.each([
  ['no log', [], /no log of decisions at .*policy-decisions\.db: name one with --log/],
  ['a log that is none', ['--log', join(CASES, 'memory-raised.yaml')], /memory-raised\.yaml cannot be read/],
  ['a folder without cases', [SHIPPED], /data\.json/],
])('refuses %s', async (_what, args, says) => {
  expect(await replay(...args, '--bundle', SHIPPED)).toMatchObject({ status: EXIT.permanent, err: expect.stringMatching(says) });
});

it('has one source', async () => {
  expect((await replay(CASES, '--log', 'x', '--bundle', SHIPPED)).status).toBe(EXIT.usage);
});
