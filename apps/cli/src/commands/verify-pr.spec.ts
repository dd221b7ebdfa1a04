import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BareRepository, type SshSigner, createGit, openBareRepository, sshSigner } from '@fleetmend/git';
import { canonicalJson } from '@fleetmend/kernel';
import type { Action, KubeObject } from '@fleetmend/model';
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
