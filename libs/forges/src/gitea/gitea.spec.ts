import { parse } from '@fleetmend/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giteaClient } from './client.ts';
import { type CommitDeps, commitFiles } from './commit.ts';
import { gitea } from './gitea.ts';
import { giteaHarness } from './spec-support/gitea-harness.ts';

let harness: Awaited<ReturnType<typeof giteaHarness>>;
beforeAll(async () => {
  harness = await giteaHarness();
});
afterAll(() => harness.remove());

const log = { info: () => undefined, warn: () => undefined };
const forgeOf = (token: string, fetch = harness.fetch) => gitea.create({ url: 'http://gitea.test/', token, mergeMethod: 'squash', bots: ['stale'] }, { clock: harness.clock, fetch, stateDir: '', log });

async function openOne(title = 'Raise memory') {
  const repository = await harness.seedRepository({ 'a.yaml': 'a\n' });
  const parent = (await harness.head({ repository, branch: 'main' })) ?? '';
  const { sha } = await harness.forge.commit({ repository, branch: 'fleetmend/x', parent, files: new Map([['a.yaml', 'b\n']]), message: 'raise' });
  const pull = await harness.forge.openPullRequest({ repository, branch: 'fleetmend/x', base: 'main', title, body: 'rr:1', labels: ['fleetmend', 'unknown'], reviewers: { users: ['ada'], teams: [] }, marker: 'rr:1' });
  return { repository, parent, sha, number: pull.number };
}

describe('the remote', () => {
  it('is the clone address with the token as a password', async () => {
    const { repository } = await openOne();
    const basic = Buffer.from('fleetmend-bot:fleetmend-bot').toString('base64');
    expect(await harness.forge.remote(repository)).toEqual({ url: `http://gitea.test/${repository}.git`, authorization: `Basic ${basic}` });
  });
});

describe('a token', () => {
  it.each([
    ['revoked', /refused the token.*make a new one/],
    ['unscoped', /may not do.*required scope.*write:repository, write:issue and read:user/],
  ])('that is %s is a permanent refusal with the way out, and never shown', async (token, message) => {
    const refusal = await (await forgeOf(token)).readPullRequest({ repository: 'ada/fleet-1', branch: 'x' }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ reason: 'ForgeRefused', message: expect.stringMatching(message) });
    expect(String(refusal)).not.toContain(`token ${token}`);
  });
});

describe('a server in trouble', () => {
  it.each([
    ['does not answer', () => Promise.reject(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:3000') })), /did not answer GET .*ECONNREFUSED/],
    ['is overloaded', async () => new Response('{"message":"too many"}', { status: 429 }), /answered 429 .*too many/],
    ['fails', async () => new Response('<html>bad gateway</html>', { status: 502 }), /answered 502/],
  ])('that %s is tried again later', async (_, answer, message) => {
    const failure = await (await forgeOf('x', answer as typeof fetch)).readPullRequest({ repository: 'a/b', branch: 'x' }).catch((error: unknown) => error);
    expect(failure).not.toMatchObject({ name: 'PermanentError' });
    expect(String(failure)).toMatch(message);
  });

  it('that is no Gitea is named', async () => {
    const other = (async () => new Response('<html>welcome</html>', { status: 200 })) as typeof fetch;
    await expect((await forgeOf('x', other)).remote('a/b')).rejects.toMatchObject({ reason: 'Malformed', message: expect.stringContaining('http://gitea.test') });
  });

  it.each(['a', 'a/b/c', '../x', 'a/..', 'a b/c'])('is not even asked for the repository %j', async (repository) => {
    const never = (async () => Promise.reject(new Error('asked'))) as typeof fetch;
    await expect((await forgeOf('x', never)).remote(repository)).rejects.toMatchObject({ reason: 'RepositoryNotFound' });
  });
});

describe('a commit', () => {
  it('goes on where a crash left the branch without it', async () => {
    const { repository, parent } = await openOne();
    const made = await harness.fetch(`http://gitea.test/api/v1/repos/${repository}/branches`, { method: 'POST', headers: { authorization: 'token fleetmend-bot' }, body: JSON.stringify({ new_branch_name: 'fleetmend/y', old_ref_name: parent }) });
    expect(made.status).toBe(201);
    const { sha } = await harness.forge.commit({ repository, branch: 'fleetmend/y', parent, files: new Map([['a.yaml', 'c\n']]), message: 'raise' });
    expect(await harness.head({ repository, branch: 'fleetmend/y' })).toBe(sha);
  });
});

describe('with a signing key', () => {
  const deps = (sign: CommitDeps['sign']): CommitDeps => ({ client: giteaClient({ url: 'http://gitea.test', token: 'fleetmend-bot', fetch: harness.fetch }), clock: harness.clock, sign });

  it('a commit is pushed with git, and Gitea is asked what it thinks of it', async () => {
    const { repository, parent } = await openOne();
    const request = { repository, branch: 'fleetmend/s', parent, files: new Map([['a.yaml', 'c\n']]), message: 'raise' };
    const writes: string[] = [];
    const pushed = await harness.humanCommit({ repository, branch: 'fleetmend/elsewhere', files: {}, message: 'x' });
    const result = await commitFiles(deps(async ({ branch }) => (writes.push(branch), pushed)), request);
    expect([writes, result]).toEqual([['fleetmend/s'], { sha: pushed, verified: false }]);
  });

  it('a branch that stands is adopted if it is ours, and never pushed to', async () => {
    const { repository, parent, sha } = await openOne();
    const never = deps(async () => Promise.reject(new Error('pushed')));
    const request = { repository, branch: 'fleetmend/x', parent, files: new Map([['a.yaml', 'b\n']]), message: 'raise' };
    expect((await commitFiles(never, request)).sha).toBe(sha);
    await expect(commitFiles(never, { ...request, message: 'another' })).rejects.toMatchObject({ reason: 'BranchTaken' });
  });

  it('a branch that came into being meanwhile is looked at', async () => {
    const { repository, parent } = await openOne();
    const request = { repository, branch: 'fleetmend/r', parent, files: new Map([['a.yaml', 'c\n']]), message: 'raise' };
    const rival = deps(async () => void (await harness.forge.commit(request)));
    expect((await commitFiles(rival, request)).sha).toBe(await harness.head({ repository, branch: 'fleetmend/r' }));
  });

  it('that cannot be read the forge is not made', () => {
    expect(() => gitea.create({ url: 'http://gitea.test/', token: 't', signing: { privateKey: 'nonsense' }, mergeMethod: 'squash', bots: [] }, { clock: harness.clock, fetch: harness.fetch, stateDir: '', log })).toThrow(/ssh-keygen -t ed25519/);
  });
});

describe('a pull request', () => {
  it('is found behind newer ones, on a later page of the list', async () => {
    const { repository, parent, number } = await openOne();
    for (const branch of ['a', 'b', 'c', 'd']) {
      await harness.forge.commit({ repository, branch, parent, files: new Map([[`${branch}.yaml`, 'x']]), message: branch });
      await harness.humanOpen({ repository, branch, base: 'main', title: branch, body: '' });
    }
    expect(await harness.forge.readPullRequest({ repository, branch: 'fleetmend/x' })).toMatchObject({ number });
    expect((await harness.forge.readPullRequest({ repository, branch: 'a' }))?.number).toBe(number + 1);
  });
});

describe('a stranger', () => {
  it('who opens a pull request from a branch of the same name in a fork is not taken for us', async () => {
    const { repository, number, sha } = await openOne();
    const withFork = (async (url: string, init?: RequestInit) => {
      const response = await harness.fetch(url, init);
      if (!/\/pulls\?state=all/.test(String(url))) return response;
      const [ours, ...others] = (await response.json()) as [{ head: object }];
      return Response.json([{ ...ours, number: 99, head: { ...ours.head, sha: 'f'.repeat(40), repo_id: 7 } }, ours, ...others]);
    }) as typeof fetch;
    const forge = await forgeOf('fleetmend-bot', withFork);
    expect(await forge.readPullRequest({ repository, branch: 'fleetmend/x' })).toMatchObject({ number, headSHA: sha });
  });

  it('who approves has no say, and who objects is heard', async () => {
    const { repository, number } = await openOne();
    const review = (event: string) => harness.fetch(`http://gitea.test/api/v1/repos/${repository}/pulls/${number}/reviews`, { method: 'POST', headers: { authorization: 'token stranger' }, body: JSON.stringify({ event }) });
    await review('APPROVED');
    expect((await harness.forge.readPullRequest({ repository, branch: 'fleetmend/x' }))?.reviews).toEqual([]);
    await review('REQUEST_CHANGES');
    expect((await harness.forge.readPullRequest({ repository, branch: 'fleetmend/x' }))?.reviews).toMatchObject([{ author: 'stranger', state: 'ChangesRequested' }]);
  });
});

describe('a bot', () => {
  it.each(['stale', 'gitea-actions'])('%s that approves stands for no person, and is heard when it objects', async (login) => {
    const { repository, number } = await openOne();
    const review = (event: string) => harness.fetch(`http://gitea.test/api/v1/repos/${repository}/pulls/${number}/reviews`, { method: 'POST', headers: { authorization: `token ${login}` }, body: JSON.stringify({ event }) });
    await review('APPROVED');
    expect((await harness.forge.readPullRequest({ repository, branch: 'fleetmend/x' }))?.reviews).toEqual([]);
    await review('REQUEST_CHANGES');
    expect((await harness.forge.readPullRequest({ repository, branch: 'fleetmend/x' }))?.reviews).toMatchObject([{ author: login, state: 'ChangesRequested' }]);
  });
});

describe('merging', () => {
  it('before the approvals that the branch wants is not allowed', async () => {
    const { repository, sha, number } = await openOne('Guarded');
    const order = { repository, number, expectedHead: sha, message: 'raise' };
    expect(await harness.forge.mergePullRequest(order)).toMatchObject({ merged: false, reason: 'NotAllowed', message: expect.stringContaining('approvals') });
    await harness.approve({ repository, number });
    expect(await harness.forge.mergePullRequest(order)).toMatchObject({ merged: true });
  });

  it('waits while the server still checks for conflicts', async () => {
    const { repository, sha, number } = await openOne();
    await harness.humanCommit({ repository, branch: 'main', files: { 'b.yaml': 'x' }, message: 'elsewhere' });
    expect(await harness.forge.mergePullRequest({ repository, number, expectedHead: sha, message: 'raise' })).toMatchObject({ merged: true });
  });
});

describe('a close', () => {
  it('by a bot that is named in the config is no veto', async () => {
    const { repository, number } = await openOne();
    await harness.fetch(`http://gitea.test/api/v1/repos/${repository}/pulls/${number}`, { method: 'PATCH', headers: { authorization: 'token stale' }, body: '{"state":"closed"}' });
    expect(await harness.forge.readPullRequest({ repository, branch: 'fleetmend/x' })).toMatchObject({ state: 'Closed', closedBy: { login: 'stale', kind: 'Bot' } });
  });
});

describe('mergeability', () => {
  it('is unknown until the same "no" has lasted', async () => {
    const { repository } = await openOne();
    await harness.humanCommit({ repository, branch: 'main', files: { 'a.yaml': 'rival\n' }, message: 'same line' });
    const look = async () => (await harness.forge.readPullRequest({ repository, branch: 'fleetmend/x' }))?.mergeable;
    expect(await look()).toBeUndefined();
    await harness.clock.sleep(9_000);
    expect(await look()).toBeUndefined();
    await harness.clock.sleep(1_000);
    expect(await look()).toBe(false);
  });
});

describe('the config', () => {
  it('wants an address and a token', () => {
    expect(() => parse(gitea.config, { url: 'gitea.example.org', token: 't' }, 'hub.forges.main')).toThrow(/hub\.forges\.main.*url/);
    expect(() => parse(gitea.config, { url: 'https://gitea.example.org', token: 't', tokn: 'x' }, 'hub.forges.main')).toThrow(/tokn/);
  });
});
