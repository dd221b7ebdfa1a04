import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { policyEngines } from '@fleetmend/policy-engines';
import { systemClock } from '@fleetmend/telemetry';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { buildBundle } from '../../../policies/build.ts';
import { runCommand, type CommandResult } from '../build/go-toolchain.ts';

const opa = inject('lab').programs.opa?.paths.opa ?? '';
const policies = resolve(import.meta.dirname, '..', '..', '..', 'policies');

const run = (...args: string[]): Promise<CommandResult> => runCommand([opa, ...args], { cwd: policies });

describe('the policies', () => {
  it('are in the committed bundle byte for byte', () => {
    expect(buildBundle({ opa, check: true }).stale, 'run `node policies/build.ts` with this opa and commit the bundle').toEqual([]);
  });

  it('pass their own tests', async () => {
    const result = await run('test', '.', '--ignore', 'bundle', '--ignore', 'gatekeeper', '--ignore', 'cases', '--format', 'json');
    expect(result.stderr).toBe('');
    const tests = JSON.parse(result.stdout) as readonly { readonly name: string; readonly fail?: boolean; readonly error?: unknown }[];
    expect(tests.filter(({ fail, error }) => fail || error).map(({ name }) => name)).toEqual([]);
    expect(tests.length).toBeGreaterThan(0);
    expect(result.status).toBe(0);
  });

  it('are formatted as opa formats them', async () => {
    const result = await run('fmt', '--list', '--fail', 'remediation', 'conftest');
    expect(result.stdout.trim().split('\n').filter(Boolean)).toEqual([]);
    expect(result.status).toBe(0);
  });
});

describe('a bundle that opa signed', () => {
  const dir = mkdtempSync(join(tmpdir(), 'fleetmend-signed-'));
  const publicKey = join(dir, 'key.pub');
  const [opaWasm] = policyEngines;

  beforeAll(() => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(join(dir, 'key.pem'), pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(publicKey, pair.publicKey.export({ type: 'spki', format: 'pem' }));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  /** The name of what the engine judges with, or why it does not. */
  async function judgedWith(bundle: string, key = publicKey): Promise<string> {
    try {
      const engine = await opaWasm.create({ bundle, publicKey: key, limitMs: 2_000 }, { clock: systemClock, fetch, stateDir: dir, log: { info: () => undefined, warn: () => undefined } });
      const { name } = engine.active();
      await engine.close();
      return name;
    } catch (error) {
      return String(error);
    }
  }

  it('in its folder judges under its key, and not once a byte was changed', async () => {
    const bundle = join(dir, 'bundle');
    cpSync(join(policies, 'bundle'), bundle, { recursive: true });
    expect(await judgedWith(bundle)).toContain('it is not signed');
    expect((await runCommand([opa, 'sign', '--signing-key', join(dir, 'key.pem'), '--signing-alg', 'ES256', '--bundle', '.'], { cwd: bundle })).status).toBe(0);
    expect(await judgedWith(bundle)).toBe('remediation');
    writeFileSync(join(bundle, 'policy.wasm'), Buffer.concat([readFileSync(join(bundle, 'policy.wasm')), Buffer.from([0])]));
    expect(await judgedWith(bundle)).toContain('policy.wasm is not the file that was signed');
  });

  it('while it built it judges under its key, and under no other', async () => {
    const archive = join(dir, 'built.tar.gz');
    cpSync(join(policies, 'remediation'), join(dir, 'src', 'remediation'), { recursive: true });
    // Whatever is built in is signed: the rules as they were written too.
    const built = await runCommand([opa, 'build', '-t', 'wasm', '-e', 'remediation/gate/decision', '--capabilities', join(policies, 'capabilities.json'), '--ignore', '*_test.rego', '-r', 'lab', '--signing-key', join(dir, 'key.pem'), '--signing-alg', 'ES256', '-b', '.', '-o', archive], { cwd: join(dir, 'src') });
    expect(built.stderr).toBe('');
    expect(await judgedWith(archive)).toBe('remediation');
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' });
    writeFileSync(join(dir, 'other.pub'), other);
    expect(await judgedWith(archive, join(dir, 'other.pub'))).toContain('made with another key than the one that is configured');
  });
});
