import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAttestor, openFileAudit, verifyStatement } from '@fleetmend/audit';
import { type BareRepository, type SshSigner, createGit, openBareRepository, sshSigner } from '@fleetmend/git';
import { canonicalJson } from '@fleetmend/kernel';
import { PLAN_PREDICATE, STATEMENT_TYPE, type Action, type KubeObject, type PlanStatement } from '@fleetmend/model';
import { planDigest } from '@fleetmend/stages';
import { VirtualClock } from '@fleetmend/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aRequest, FACTS } from '../../../../libs/lifecycle/src/told-request.fixture.ts';
import { EXIT } from '../exit-codes.ts';
import { aServedCluster, type ServedCluster } from '../served-cluster.fixture.ts';

const signer = sshSigner(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const ACTION: Action = { action: 'setReplicas', replicas: 3 };
const AFTER = 'replicas: 3\n';

let dir: string;
let cluster: ServedCluster;
let repository: BareRepository;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-verify-'));
  cluster = await aServedCluster({ namespaces: ['shop-team', 'fleetmend-system'] });
  repository = await openBareRepository({ path: join(dir, 'fleet.git'), git: createGit(), clock: new VirtualClock() });
  writeFileSync(join(dir, 'signers'), `# ours\nfleetmend namespaces="git" ${signer.publicKey} hub\n`);
});
afterEach(async () => {
  await cluster.close();
  rmSync(dir, { recursive: true, force: true });
});

interface Pushed {
  readonly files?: ReadonlyMap<string, string | null>;
  readonly message?: (digest: string) => string;
  readonly signer?: SshSigner | undefined;
  readonly onTop?: boolean;
  readonly result?: 'Allow' | 'Deny';
}

/** A request whose plan sets `web.yaml`, and the commit that was really pushed for it. */
async function pushed({ files = new Map([['web.yaml', AFTER]]), message, onTop = false, result = 'Allow', ...rest }: Pushed = {}): Promise<string> {
  const base = await repository.commit({ branch: 'main', files: new Map([['web.yaml', 'replicas: 1\n'], ['other.yaml', 'a\n']]), message: 'seed' });
  const parent = onTop ? await repository.commit({ branch: 'main', files: new Map([['other.yaml', 'b\n']]), message: 'more' }) : base;
  const digest = planDigest(base, [{ path: 'web.yaml', before: undefined, after: AFTER }], ACTION);
  const text = message?.(digest) ?? `raise\n\nFleetmend-Request: shop-team/rr-1\nFleetmend-Plan: ${digest}\n`;
  const sha = await repository.createCommit({ parent, files, message: text, author: { name: 'F', email: 'f@x' }, at: 0, signer: 'signer' in rest ? rest.signer : signer });
  repository.moveBranch({ branch: 'fleetmend/checkout', from: undefined, to: sha });
  const plan = { ...FACTS.plan, digest, base, actionJson: canonicalJson(ACTION), files: [{ path: 'web.yaml', added: 1, removed: 1 }] };
  const request = aRequest({ phase: 'PullRequestOpen', plan: plan as never, verdict: { ...FACTS.verdict, result, forPlan: digest } as never, pullRequest: { ...FACTS.open, headSHA: sha } as never });
  const { uid: _, resourceVersion: __, creationTimestamp: ___, ...metadata } = request.metadata;
  cluster.put({ ...request, metadata } as unknown as KubeObject);
  return sha;
}

const verify = (...more: readonly string[]) => cluster.run('verify-pr', '1', '--git-dir', repository.path, '--allowed-signers', join(dir, 'signers'), ...more);
const failed = (out: string) => out.split('\n').flatMap((line) => (line.startsWith('✗') ? [line.split(/\s+/)[1]] : []));

describe('verify-pr', () => {
  it('holds when the judged bytes were pushed on the judged base, signed by an allowed key', async () => {
    const sha = await pushed();
    const { status, out } = await verify('--json');
    expect(failed(out)).toEqual([]);
    expect(status).toBe(EXIT.ok);
    expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).toMatchObject({ pullRequest: 'local:fleet/pulls/1', head: sha, request: 'shop-team/rr-1', held: true });
    expect((await cluster.run('verify-pr', 'local:fleet/pulls/1', '--git-dir', repository.path, '--allowed-signers', join(dir, 'signers'))).status).toBe(EXIT.ok);
  });

  const stranger = sshSigner(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  it.each<readonly [string, Pushed, readonly string[]]>([
    ['other bytes in the same file', { files: new Map([['web.yaml', 'replicas: 30\n']]) }, ['bytes']],
    ['a file more', { files: new Map([['web.yaml', AFTER], ['other.yaml', 'evil\n']]) }, ['files']],
    ['a removed file more', { files: new Map([['web.yaml', AFTER], ['other.yaml', null]]) }, ['files']],
    ['another base', { onTop: true }, ['parent', 'bytes']],
    ['the trailer of another plan', { message: () => `raise\n\nFleetmend-Request: shop-team/rr-1\nFleetmend-Plan: sha256:${'0'.repeat(64)}` }, ['trailer']],
    ['a second plan among the trailers', { message: (digest) => `raise\n\nFleetmend-Request: shop-team/rr-1\nFleetmend-Plan: ${digest}\nFleetmend-Plan: sha256:${'0'.repeat(64)}` }, ['trailer']],
    ['no signature', { signer: undefined }, ['signature']],
    ['the signature of a stranger', { signer: stranger }, ['signature']],
    ['a plan that was denied', { result: 'Deny' }, ['verdict']],
  ])('does not hold with %s', async (_, what, checks) => {
    await pushed(what);
    const { status, out } = await verify();
    expect(failed(out)).toEqual(checks);
    expect(status).toBe(EXIT.failed);
  });

  it('does not hold once somebody moved the branch', async () => {
    await pushed();
    await repository.commit({ branch: 'fleetmend/checkout', files: new Map([['web.yaml', 'replicas: 4\n']]), message: 'mine' });
    expect(failed((await verify()).out)).toEqual(['head']);
  });

  it('says what is missing', async () => {
    expect(await cluster.run('verify-pr', '7')).toMatchObject({ status: EXIT.permanent, err: expect.stringContaining('no request in this cluster has the pull request 7') });
    await pushed();
    expect(await cluster.run('verify-pr', '1')).toMatchObject({ status: EXIT.permanent, err: expect.stringContaining('--git-dir') });
    expect(await cluster.run('verify-pr', '1', '--git-dir', repository.path, '--allowed-signers', '/nonexistent')).toMatchObject({ status: EXIT.permanent, err: expect.stringContaining('/nonexistent cannot be read') });
    expect(failed((await cluster.run('verify-pr', '1', '--git-dir', repository.path)).out)).toEqual(['signature']);
  });
});

describe("the hub's own statement", () => {
  const key = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const attestor = createAttestor(key());
  type Told = { readonly sha: string; readonly tree: string; readonly digest: string; readonly base: string };
  const statementOf = ({ sha, tree, digest, base }: Told): PlanStatement => ({
    _type: STATEMENT_TYPE,
    subject: [{ name: 'fleet', digest: { gitCommit: sha, gitTree: tree } }],
    predicateType: PLAN_PREDICATE,
    predicate: {
      kind: 'Repair', request: { namespace: 'shop-team', name: 'rr-1', uid: String(cluster.objects.get('fleetmend.dev/v1alpha1', 'RemediationRequest', 'shop-team', 'rr-1')?.metadata.uid), attempt: 1 }, pullRequest: 'local:fleet/pulls/1',
      plan: { digest, edit: digest, action: 'setReplicas', base, files: ['web.yaml'] }, proof: { ...FACTS.plan.proof }, policy: FACTS.verdict.bundle, evidence: [], at: '2026-01-05T09:00:00Z',
      verdict: { result: 'Allow', tier: 'T0', warnings: [], requires: { approvals: 0, priorApproval: false }, factsAt: '2026-01-05T09:00:00Z' },
    },
  });

  /** The pushed pull request, with a trail that holds what some hub said of it. */
  async function attested({ change = (statement) => statement, by = attestor }: { readonly change?: (statement: PlanStatement) => PlanStatement; readonly by?: typeof attestor } = {}) {
    const sha = await pushed();
    const [commit] = await repository.log({ from: sha, limit: 1 });
    const base = commit?.parents[0] ?? '';
    const digest = planDigest(base, [{ path: 'web.yaml', before: undefined, after: AFTER }], ACTION);
    const signed = by.attest(change(statementOf({ sha, tree: await repository.treeId(sha), digest, base })));
    const trail = await openFileAudit({ file: join(dir, 'audit.jsonl'), clock: new VirtualClock(), writer: 'hub' });
    await trail.record({ step: 'openPullRequest', actor: 'hub', request: { namespace: 'shop-team', name: 'rr-1', uid: 'u', attempt: 1 }, data: { commit: sha, attestation: signed } });
    await trail.close();
    writeFileSync(join(dir, 'hub.pub'), attestor.publicKey);
    return signed;
  }
  const places = () => ['--audit', join(dir, 'audit.jsonl'), '--attestation-key', join(dir, 'hub.pub')] as const;

  it("holds under the hub's key, and is written for others to check", async () => {
    const signed = await attested();
    const { status, out } = await verify(...places(), '--attestation-out', join(dir, 'out'));
    expect(failed(out)).toEqual([]);
    expect(status).toBe(EXIT.ok);
    expect(out).toContain(`✓ attestation  signed by the hub's key ${attestor.key}: allowed as T0`);
    expect(out).toContain('cosign verify-blob');
    const written = { statement: readFileSync(join(dir, 'out/statement.json'), 'utf8'), signature: readFileSync(join(dir, 'out/statement.json.sig'), 'utf8'), key: attestor.key };
    expect(written).toEqual(signed);
    expect(verifyStatement(written, attestor.publicKey)).toMatchObject({ predicate: { verdict: { result: 'Allow' } } });
  });

  const elsewhere = '0'.repeat(40);
  it.each<readonly [string, Parameters<typeof attested>[0]]>([
    ['signed by another key', { by: createAttestor(key()) }],
    ['about another commit', { change: (statement) => ({ ...statement, subject: [{ name: 'fleet', digest: { ...statement.subject[0].digest, gitCommit: elsewhere } }] }) }],
    ['about another tree', { change: (statement) => ({ ...statement, subject: [{ name: 'fleet', digest: { ...statement.subject[0].digest, gitTree: elsewhere } }] }) }],
    ['about another plan', { change: (statement) => ({ ...statement, predicate: { ...statement.predicate, plan: { ...statement.predicate.plan, digest: `sha256:${'0'.repeat(64)}` } } }) }],
    ['about another base', { change: (statement) => ({ ...statement, predicate: { ...statement.predicate, plan: { ...statement.predicate.plan, base: elsewhere } } }) }],
    ['about another request', { change: (statement) => ({ ...statement, predicate: { ...statement.predicate, request: { ...statement.predicate.request, uid: 'other' } } }) }],
    ['about a revert', { change: (statement) => ({ ...statement, predicate: { ...statement.predicate, kind: 'Revert' } }) }],
    ['about a plan that was denied', { change: (statement) => ({ ...statement, predicate: { ...statement.predicate, verdict: { ...statement.predicate.verdict, result: 'Deny' } } }) }],
  ])('does not hold when it is %s', async (_, how) => {
    await attested(how);
    const { status, out } = await verify(...places());
    expect(failed(out)).toEqual(['attestation']);
    expect(status).toBe(EXIT.failed);
  });

  it('is missed where a key was named, and asked for nowhere else', async () => {
    await pushed();
    writeFileSync(join(dir, 'hub.pub'), attestor.publicKey);
    expect(await verify(...places())).toMatchObject({ status: EXIT.permanent, err: expect.stringContaining('--audit') });
    writeFileSync(join(dir, 'audit.jsonl'), '');
    expect(failed((await verify(...places())).out)).toEqual(['attestation']);
    expect(await verify('--audit', join(dir, 'audit.jsonl'), '--attestation-out', join(dir, 'out'))).toMatchObject({ status: EXIT.permanent, err: expect.stringContaining('hub.attestation.key') });
    expect(existsSync(join(dir, 'out'))).toBe(false);
    expect((await verify()).status).toBe(EXIT.ok);
  });
});
