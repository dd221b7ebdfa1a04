import { generateKeyPairSync } from 'node:crypto';
import { readCommitSignature, sshSigner } from '@fleetmend/git';
import { parse } from '@fleetmend/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localHarness } from './spec-support/local-harness.ts';
import { local } from './local.ts';
import { createLocalPullRequests } from './people.ts';

const key = () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const ours = key();

let harness: Awaited<ReturnType<typeof localHarness>>;
beforeAll(async () => {
  harness = await localHarness();
});
afterAll(() => harness.remove());

const forgeWith = (privateKey: string) =>
  local.create(parse(local.config, { signing: { privateKey } }, 'hub.forges.local'), { clock: harness.clock, fetch, stateDir: harness.stateDir, log: { info: () => undefined, warn: () => undefined } });

async function signatureOf(repository: string, sha: string) {
  const people = createLocalPullRequests(harness);
  const signature = readCommitSignature(await (await people.repository(repository)).commitObject(sha));
  people.dispose();
  return signature;
}

describe('with a signing key', () => {
  it('commit and merge of the hub are signed with it, and that of a person is not', async () => {
    const forge = await forgeWith(ours);
    expect(forge.capabilities.signsCommits).toBe(true);
    const repository = await harness.seedRepository({ 'a.yaml': 'a\n' });
    const parent = (await harness.head({ repository, branch: 'main' })) ?? '';
    const request = { repository, branch: 'fleetmend/x', parent, files: new Map([['a.yaml', 'b\n']]), message: 'raise' };
    const commit = await forge.commit(request);
    expect(commit.verified).toBe(true);
    expect(await forge.commit(request)).toEqual(commit);
    expect(await signatureOf(repository, commit.sha)).toEqual({ kind: 'ssh', publicKey: sshSigner(ours).publicKey, holds: true });
    const { number } = await forge.openPullRequest({ repository, branch: 'fleetmend/x', base: 'main', title: 't', body: 'M', labels: [], reviewers: { users: [], teams: [] }, marker: 'M' });
    const merged = await forge.mergePullRequest({ repository, number, expectedHead: commit.sha, message: 'raise' });
    expect(await signatureOf(repository, merged.merged ? merged.sha : '')).toMatchObject({ kind: 'ssh', holds: true });
    expect(await signatureOf(repository, parent)).toEqual({ kind: 'none' });
  });

  it('a branch of ours that another key signed is told as not verified', async () => {
    const repository = await harness.seedRepository({ 'a.yaml': 'a\n' });
    const parent = (await harness.head({ repository, branch: 'main' })) ?? '';
    const request = { repository, branch: 'fleetmend/x', parent, files: new Map([['a.yaml', 'b\n']]), message: 'raise' };
    await (await forgeWith(key())).commit(request);
    expect((await (await forgeWith(ours)).commit(request)).verified).toBe(false);
  });

  it('that cannot be read the forge is not made', () => {
    expect(() => forgeWith('nonsense')).toThrow(/ssh-keygen -t ed25519/);
  });
});

describe('without a signing key', () => {
  it('nothing is said about signatures', async () => {
    const repository = await harness.seedRepository({ 'a.yaml': 'a\n' });
    const parent = (await harness.head({ repository, branch: 'main' })) ?? '';
    expect((await harness.forge.commit({ repository, branch: 'fleetmend/x', parent, files: new Map(), message: 'raise' })).verified).toBeUndefined();
    expect(harness.forge.capabilities.signsCommits).toBe(false);
  });
});
