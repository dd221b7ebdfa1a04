import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { bundle } from '../../../tools/bundle.ts';
import { until } from '../boot/server-process.ts';
import { runCommand } from '../build/go-toolchain.ts';
import { ROOT, startFleet, type RunningFleet } from '../product/running-fleet.ts';

const cosign = inject('lab').programs.cosign?.paths.cosign ?? '';

const dir = mkdtempSync(join(tmpdir(), 'fleetmend-attestation-'));
const [state, out, trail, program] = [join(dir, 'state'), join(dir, 'out'), join(dir, 'state/hub/audit.jsonl'), join(dir, 'fleetmend.mjs')];
const env = { PATH: process.env['PATH'] ?? '', HOME: dir, FLEETMEND_ROOT: ROOT };
let fleet: RunningFleet;

beforeAll(async () => {
  // The hub's decorators need the bundle, as in the images.
  await bundle({ root: ROOT, entry: 'apps/cli/src/main.ts', file: relative(ROOT, program) });
  fleet = startFleet({ command: [process.execPath, program, 'up', '--accelerated', '--state-dir', state], env });
  await until('the demo has merged its pull request', 120, async () => fleet.stdout().includes('is merged'));
}, 180_000);
afterAll(async () => {
  await fleet.kill();
  rmSync(dir, { recursive: true, force: true });
});

const verifyPr = (...args: readonly string[]) => runCommand([process.execPath, program, 'verify-pr', '1', '--state-dir', state, ...args], { env });

/** Offline: no transparency log was written, and none is asked. */
const judge = ({ key = join(state, 'attestation.pub'), blob = join(out, 'statement.json') } = {}) =>
  runCommand([cosign, 'verify-blob', '--insecure-ignore-tlog', '--key', key, '--signature', join(out, 'statement.json.sig'), blob]);

const file = (name: string, content: string): string => {
  writeFileSync(join(dir, name), content);
  return join(dir, name);
};

describe("the hub's statement about a pull request", () => {
  it('is found in the trail, holds, and is written for cosign, which accepts it', async () => {
    const { stdout } = await verifyPr('--attestation-out', out);
    expect(stdout).toMatch(/✓ attestation {2}signed by the hub's key sha256:/);
    expect(await judge()).toMatchObject({ status: 0, stderr: expect.stringContaining('Verified OK') });
    const { subject, predicate } = JSON.parse(readFileSync(join(out, 'statement.json'), 'utf8')) as { subject: [{ digest: { gitCommit: string; gitTree: string } }]; predicate: { plan: { base: string } } };
    const { stdout: told } = await runCommand(['git', '--git-dir', join(state, 'repositories', 'fleet.git'), 'show', '--no-patch', '--format=%T %P', subject[0].digest.gitCommit]);
    expect(told.trim()).toBe(`${subject[0].digest.gitTree} ${predicate.plan.base}`);
  });

  it('is refused by cosign under another key, and once a character of it was changed', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const changed = readFileSync(join(out, 'statement.json'), 'utf8').replace('"tier":"T', '"tier":"U');
    expect((await judge({ key: file('other.pub', other) })).status).not.toBe(0);
    expect((await judge({ blob: file('changed.json', changed) })).status).not.toBe(0);
  });

  it('is missed in a trail that holds none', async () => {
    const lines = readFileSync(trail, 'utf8').split('\n').filter((line) => !line.includes('"attestation"'));
    const { stdout, status } = await verifyPr('--audit', file('trail.jsonl', lines.join('\n')));
    expect(stdout).toContain('✗ attestation  the audit trail holds no signed statement');
    expect(status).not.toBe(0);
  });
});
