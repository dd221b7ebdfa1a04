import { parse } from '@fleetmend/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dozingClock } from '../gitea/spec-support/gitea-harness.ts';
import { gitlab } from './gitlab.ts';
import { type GitLabHarness, URL, gitlabHarness } from './spec-support/gitlab-harness.ts';

let harness: GitLabHarness;
beforeAll(async () => {
  harness = await gitlabHarness();
});
afterAll(() => harness.remove());

const forgeOf = (token: string, fetch = harness.fetch, clock = harness.clock) => gitlab.create({ url: `${URL}/`, token, squash: true, bots: ['stale'] }, { clock, fetch, stateDir: '', log: { info: () => undefined, warn: () => undefined } });
const failureOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined, (error: unknown) => error);

async function openOne({ title = 'Raise memory', message = 'raise', reviewers = [] as readonly string[] } = {}) {
  const repository = await harness.seedRepository({ 'apps/a.yaml': 'a\n' });
  const parent = (await harness.head({ repository, branch: 'main' })) ?? '';
  const commit = { repository, branch: 'fleetmend/x', parent, files: new Map([['apps/a.yaml', 'b\n']]), message };
  const { sha, verified } = await harness.forge.commit(commit);
  const pull = await harness.forge.openPullRequest({ repository, branch: 'fleetmend/x', base: 'main', title, body: 'rr:1', labels: ['fleetmend', 'tier-T0'], reviewers: { users: reviewers, teams: [] }, marker: 'rr:1' });
  const read = () => harness.forge.readPullRequest({ repository, branch: 'fleetmend/x' });
  return { repository, parent, commit, sha, verified, number: pull.number, read, place: harness.place(repository) };
}

describe('a commit', () => {
  it('and its branch are one call', async () => {
    const before = harness.asked.length;
    await openOne();
    const writes = harness.asked.slice(before).flatMap((line) => (line.startsWith('GET') ? [] : [line.replace(/\/api\/v4\/projects\/[^/]+/, '')]));
    expect(writes).toEqual(['POST /repository/commits', 'POST /merge_requests']);
  });

  it('tells whether GitLab vouches for it', async () => {
    expect((await openOne()).verified).toBe(false);
    expect((await openOne({ message: 'raise\n\nSigned-For-Test: verified_system' })).verified).toBe(true);
    expect((await openOne({ message: 'raise\n\nSigned-For-Test: unverified' })).verified).toBe(false);
  });

  it('that the push rules forbid names them', async () => {
    const { commit } = await openOne();
    await expect(harness.forge.commit({ ...commit, branch: 'forbidden' })).rejects.toMatchObject({ reason: 'CommitRefused', message: expect.stringContaining('push rules') });
  });
});

describe('pipelines', () => {
  let shared: Awaited<ReturnType<typeof openOne>>;
  beforeAll(async () => {
    shared = await openOne();
  });

  it.each([
    ['Passing', ['failed', 'success']],
    ['Failing', ['success', 'failed']],
    ['Failing', ['canceled']],
    ['Pending', ['success', 'running']],
    ['Pending', ['manual']],
    ['Passing', ['skipped']],
    ['None', []],
  ] as const)('are %s when those of the head were %j, oldest first', async (expected, statuses) => {
    const { place, sha, read } = shared;
    place.pipelines.splice(0, Infinity, ...statuses.map((status, id) => ({ id, sha, status })));
    expect((await read())?.checks).toBe(expected);
  });

  it.each([
    ['alone', []],
    ['beside one of the head', ['success']],
  ])('of a merged result, whose commit is not the head, are no yes: %s', async (_, statuses) => {
    const { repository, sha } = await openOne();
    const pipelines = [{ id: 1, sha: 'f'.repeat(40), status: 'failed' }, ...statuses.map((status) => ({ id: 2, sha, status }))];
    const merging = (async (url: string, init: RequestInit = {}) => (/\/pipelines\?/.test(url) ? Response.json(pipelines) : harness.fetch(url, init))) as typeof fetch;
    expect((await (await forgeOf('fleetmend-bot', merging)).readPullRequest({ repository, branch: 'fleetmend/x' }))?.checks).toBe('Pending');
  });

  it('of an earlier head say nothing about this one, and one that must come is waited for', async () => {
    const { repository, place, sha, read } = await openOne({ title: 'Piped' });
    place.pipelines.push({ id: 1, sha, status: 'success' });
    expect((await read())?.checks).toBe('Passing');
    await harness.humanCommit({ repository, branch: 'fleetmend/x', files: { 'apps/b.yaml': 'x' }, message: 'more' });
    await read();
    expect((await read())?.checks).toBe('Pending');
  });
});

describe('an approval', () => {
  it('counts for the head that was there when it was given', async () => {
    const { repository, number, sha, read } = await openOne();
    await harness.approve({ repository, number });
    expect((await read())?.reviews).toEqual([{ author: 'ada', state: 'Approved', headSHA: sha }]);
    await harness.clock.sleep(1000);
    const theirs = await harness.humanCommit({ repository, branch: 'fleetmend/x', files: { 'apps/b.yaml': 'x' }, message: 'more' });
    expect(await read()).toMatchObject({ headSHA: theirs, reviews: [{ author: 'ada', state: 'Approved', headSHA: sha }] });
  });

  it.each(['stale', 'project_7_bot_1', 'fleetmend-bot'])('of %s stands for no person', async (login) => {
    const { repository, number, sha, read } = await openOne();
    await harness.act(login, { method: 'POST', repository, path: `/merge_requests/${number}/approve` });
    await harness.approve({ repository, number });
    expect((await read())?.reviews).toEqual([{ author: 'ada', state: 'Approved', headSHA: sha }]);
  });

  it('whose time nobody knows counts for no head', async () => {
    const { place, read } = await openOne();
    place.requests[0]?.approvals.add('grace');
    expect((await read())?.reviews).toEqual([{ author: 'grace', state: 'Approved', headSHA: '' }]);
  });
});

describe('merging', () => {
  it('before the approvals that the project wants, or without the right to, is not allowed', async () => {
    const guarded = await openOne({ title: 'Guarded' });
    const order = { repository: guarded.repository, number: guarded.number, expectedHead: guarded.sha, message: 'raise' };
    expect(await harness.forge.mergePullRequest(order)).toMatchObject({ merged: false, reason: 'NotAllowed', message: expect.stringContaining('not_approved') });
    await harness.approve(guarded);
    expect(await harness.forge.mergePullRequest(order)).toMatchObject({ merged: true });
    const locked = await openOne({ title: 'Locked' });
    expect(await harness.forge.mergePullRequest({ repository: locked.repository, number: locked.number, expectedHead: locked.sha, message: 'raise' })).toMatchObject({ merged: false, reason: 'NotAllowed' });
  });

  it.each([
    [409, 'HeadMoved'],
    [422, 'NotMergeable'],
  ])('that is answered by %i is %s', async (status, reason) => {
    const { repository, number, sha } = await openOne();
    const refusing = (async (url: string, init: RequestInit = {}) => (/\/merge$/.test(url) ? Response.json({ message: 'no' }, { status }) : harness.fetch(url, init))) as typeof fetch;
    expect(await (await forgeOf('fleetmend-bot', refusing)).mergePullRequest({ repository, number, expectedHead: sha, message: 'raise' })).toEqual({ merged: false, reason, message: 'no' });
  });
});

describe('a close', () => {
  it.each([
    ['stale', 'Bot'],
    ['project_7_bot_1', 'Bot'],
    ['grace', 'Human'],
  ])('by %s is one by a %s', async (login, kind) => {
    const { repository, number, read } = await openOne();
    await harness.act(login, { method: 'PUT', repository, path: `/merge_requests/${number}`, body: { state_event: 'close' } });
    expect(await read()).toMatchObject({ state: 'Closed', closedBy: { login, kind } });
  });
});

describe('labels and reviewers', () => {
  it('go with the merge request; a reviewer whom nobody knows is left out', async () => {
    const { place } = await openOne({ reviewers: ['ada', 'nobody'] });
    expect(place.requests[0]).toMatchObject({ labels: 'fleetmend,tier-T0' });
    expect(place.requests[0]?.reviewerIds).toHaveLength(1);
  });
});

describe('a token', () => {
  it.each([
    ['glpat-revoked', /refused the token.*Token was revoked/],
    ['glpat-reader', /may not do POST.*scopes: api.*scope api.*Developer/],
    ['glpat-guest', /403 Forbidden.*role Developer/],
  ])('that is %s is a permanent refusal with the way out, and never shown', async (token, message) => {
    const { commit } = await openOne();
    const refusal = await failureOf((await forgeOf(token)).commit({ ...commit, branch: 'fleetmend/z' }));
    expect(refusal).toMatchObject({ reason: 'ForgeRefused', message: expect.stringMatching(message) });
    expect(String(refusal)).not.toContain(token);
  });
});

describe('a server in trouble', () => {
  it('that names a time to wait is asked nothing until then', async () => {
    const clock = dozingClock();
    let asked = 0;
    const limited = (async () => ((asked += 1) === 1 ? new Response('Retry later', { status: 429, headers: { 'retry-after': '30' } }) : Response.json({ id: 1, path_with_namespace: 'a/b', default_branch: 'main' }))) as typeof fetch;
    const forge = await forgeOf('t', limited, clock);
    expect(String(await failureOf(forge.remote('a/b')))).toMatch(/limits stop GET .* for 30 s: Retry later/);
    await clock.sleep(29_000);
    expect(String(await failureOf(forge.remote('a/b')))).toMatch(/hear nothing for 1 s more/);
    await clock.sleep(1_000);
    expect((await forge.remote('a/b')).authorization).toBe(`Basic ${Buffer.from('oauth2:t').toString('base64')}`);
    expect(asked).toBe(2);
  });

  it.each([
    ['does not answer', () => Promise.reject(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })), /did not answer GET .*ECONNREFUSED/],
    ['fails', async () => new Response('<html>bad gateway</html>', { status: 502 }), /answered 502/],
  ])('that %s is tried again later', async (_, answer, message) => {
    const failure = await failureOf((await forgeOf('x', answer as typeof fetch)).readPullRequest({ repository: 'a/b', branch: 'x' }));
    expect(failure).not.toMatchObject({ name: 'PermanentError' });
    expect(String(failure)).toMatch(message);
  });

  it.each(['a', '../x', 'a/..', 'a b/c', 'a//b'])('is not even asked for the project %j', async (repository) => {
    const never = (async () => Promise.reject(new Error('asked'))) as typeof fetch;
    await expect((await forgeOf('x', never)).remote(repository)).rejects.toMatchObject({ reason: 'RepositoryNotFound' });
  });
});

describe('the config', () => {
  it('wants a token, and knows where gitlab.com is', () => {
    expect(parse(gitlab.config, { token: 't' }, 'hub.forges.main')).toEqual({ url: 'https://gitlab.com', token: 't', squash: true, bots: [] });
    expect(() => parse(gitlab.config, { url: 'gitlab.example.org', token: 't' }, 'hub.forges.main')).toThrow(/hub\.forges\.main.*url/);
  });
});
