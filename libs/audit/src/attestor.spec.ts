import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '@fleetmend/kernel';
import { PLAN_PREDICATE, STATEMENT_TYPE, type PlanStatement } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { createAttestor, verifyStatement } from './attestor.ts';

const pem = (curve: string) => generateKeyPairSync('ec', { namedCurve: curve }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const attestor = createAttestor(pem('P-256'));
const HAS_OPENSSL = spawnSync('openssl', ['version']).error === undefined;
if (!HAS_OPENSSL) console.warn('SKIPPED: OpenSSL does not judge our statements here, for there is no openssl');

const digest = sha256('plan');
const sha = 'a'.repeat(40);
const AT = '2026-01-05T09:00:00Z';
const statement: PlanStatement = {
  _type: STATEMENT_TYPE,
  subject: [{ name: 'fleet', digest: { gitCommit: sha, gitTree: sha } }],
  predicateType: PLAN_PREDICATE,
  predicate: {
    kind: 'Repair', request: { namespace: 'shop-team', name: 'rr-1', uid: 'u', attempt: 1 }, pullRequest: 'local:fleet/pulls/1', plan: { digest, edit: digest, action: 'setReplicas', base: sha, files: ['wéb.yaml'] },
    proof: { renderer: 'raw', base: sha, objects: 1, applications: 1, exact: true, unapplied: false }, verdict: { result: 'Allow', tier: 'T0', warnings: [], requires: { approvals: 0, priorApproval: false }, factsAt: AT },
    policy: { name: 'fleetmend', revision: 'r1', digest }, evidence: [digest], at: AT,
  },
};

describe('a signed statement', () => {
  it('says what was stated, under its key', () => {
    expect(verifyStatement(attestor.attest(statement), attestor.publicKey)).toEqual(statement);
  });

  it('holds under no other key, and for no other text', () => {
    const signed = attestor.attest(statement);
    const other = createAttestor(pem('P-256'));
    expect(verifyStatement(signed, other.publicKey)).toContain(other.key);
    expect(verifyStatement({ ...signed, statement: signed.statement.replace('"T0"', '"T1"') }, attestor.publicKey)).toContain('is not one of key');
    expect(verifyStatement({ ...signed, signature: '' }, attestor.publicKey)).toContain('is not one of key');
  });

  it('is never made of something that is no statement', () => {
    expect(() => attestor.attest({ ...statement, predicate: { ...statement.predicate, at: 'now' } })).toThrow();
  });

  it.each([
    ['on another curve', pem('P-384')],
    ['of another kind', generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['with a passphrase', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString()],
    ['that is none', 'nonsense '.repeat(10)],
  ])('with a key %s is refused without showing anything of it', (_, bad) => {
    expect(() => createAttestor(bad)).toThrow(expect.objectContaining({ reason: 'BadAttestationKey', message: expect.not.stringContaining(bad.slice(30, 60)) }));
    expect(() => verifyStatement(attestor.attest(statement), bad)).toThrow(expect.objectContaining({ reason: 'BadAttestationKey' }));
  });
});

it.skipIf(!HAS_OPENSSL)('is found good by OpenSSL, and bad once it was changed', () => {
  const dir = mkdtempSync(join(tmpdir(), 'fleetmend-attest-'));
  const [blob, signature, key] = [join(dir, 'blob'), join(dir, 'sig'), join(dir, 'key')];
  const signed = attestor.attest(statement);
  writeFileSync(signature, Buffer.from(signed.signature, 'base64'));
  writeFileSync(key, attestor.publicKey);
  const check = (text: string) => {
    writeFileSync(blob, text);
    return spawnSync('openssl', ['dgst', '-sha256', '-verify', key, '-signature', signature, blob], { encoding: 'utf8' }).stdout.trim();
  };
  expect([check(signed.statement), check(`${signed.statement} `)]).toEqual(['Verified OK', 'Verification failure']);
  rmSync(dir, { recursive: true });
});
