import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitea as giteaForge } from '@fleetmend/forges';
import { createGit, openMirrors, readCommitSignature, sshSigner } from '@fleetmend/git';
import { forgeConformance } from '@fleetmend/plugin-api/conformance';
import { systemClock } from '@fleetmend/telemetry';
import { describe, expect, inject, it } from 'vitest';
import { giteaHarness } from './gitea-harness.ts';

const { gitea } = inject('lab');

forgeConformance({
  kind: 'gitea',
  async create() {
    if (!gitea) throw new Error('this spec needs gitea: add it to its servers in test/lab/specs.ts');
    const log = { info: () => undefined, warn: () => undefined };
    const config = { url: gitea.url, token: gitea.bot.token, mergeMethod: 'squash' as const, bots: [] };
    const forge = await giteaForge.create(config, { clock: systemClock, fetch, stateDir: mkdtempSync(join(tmpdir(), 'forge-')), log });
    return giteaHarness(gitea, forge);
  },
});

describe('with a signing key', () => {
  it('the pushed commit carries our signature, and Gitea, which trusts the key, says that it is verified', async () => {
    if (!gitea) throw new Error('this spec needs gitea: add it to its servers in test/lab/specs.ts');
    const stateDir = mkdtempSync(join(tmpdir(), 'forge-'));
    const log = { info: () => undefined, warn: () => undefined };
    const forge = await giteaForge.create({ url: gitea.url, token: gitea.bot.token, signing: gitea.signing, mergeMethod: 'squash', bots: [] }, { clock: systemClock, fetch, stateDir, log });
    const harness = giteaHarness(gitea, forge);
    const repository = await harness.seedRepository({ 'a.yaml': 'a: 1\n', 'b.yaml': 'b: 1\n' });
    const parent = (await harness.head({ repository, branch: 'main' })) ?? '';
    const request = { repository, branch: 'fleetmend/signed', parent, files: new Map([['a.yaml', 'a: 2\n']]), message: 'raise\n\nFleetmend-Plan: sha256:abc' };
    const commit = await forge.commit(request);
    expect(commit.verified).toBe(true);
    expect(await forge.commit(request)).toEqual(commit);
    await expect(forge.commit({ ...request, message: 'another' })).rejects.toMatchObject({ reason: 'BranchTaken' });
    expect(await harness.files({ repository, revision: commit.sha })).toEqual(new Map([['a.yaml', 'a: 2\n'], ['b.yaml', 'b: 1\n']]));
    const pull = await forge.openPullRequest({ repository, branch: request.branch, base: 'main', title: 't', body: 'rr:1', labels: [], reviewers: { users: [], teams: [] }, marker: 'rr:1' });
    expect(pull.commits).toMatchObject([{ sha: commit.sha, byUs: true }]);
    const git = createGit();
    await (await openMirrors({ root: stateDir, git }).open(await forge.remote(repository), repository)).tree(commit.sha);
    const [mirror = ''] = readdirSync(stateDir).filter((name) => name.startsWith('lab-admin'));
    const { stdout } = await git.run({ dir: join(stateDir, mirror), args: ['cat-file', 'commit', commit.sha] });
    expect(readCommitSignature(stdout)).toEqual({ kind: 'ssh', publicKey: sshSigner(gitea.signing.privateKey).publicKey, holds: true });
  });
});
