import { parse } from '@fleetmend/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { github } from './github.ts';
import { type GitHubHarness, URL, githubHarness } from './spec-support/github-harness.ts';

let harness: GitHubHarness;
beforeAll(async () => {
  harness = await githubHarness();
});
afterAll(() => harness.remove());

const log = { info: () => undefined, warn: () => undefined };
const forgeOf = (token: string, fetch = harness.fetch) => github.create({ url: `${URL}/`, token, mergeMethod: 'squash', bots: ['stale'] }, { clock: harness.clock, fetch, stateDir: '', log });

async function openOne(title = 'Raise memory', reviewers: readonly string[] = []) {
  const repository = await harness.seedRepository({ 'apps/a.yaml': 'a\n', 'run.sh': 'x\n' });
  const parent = (await harness.head({ repository, branch: 'main' })) ?? '';
  const { sha, verified } = await harness.forge.commit({ repository, branch: 'fleetmend/x', parent, files: new Map([['apps/a.yaml', 'b\n']]), message: 'raise' });
  const pull = await harness.forge.openPullRequest({ repository, branch: 'fleetmend/x', base: 'main', title, body: 'rr:1', labels: ['fleetmend'], reviewers: { users: reviewers, teams: [] }, marker: 'rr:1' });
  const read = () => harness.forge.readPullRequest({ repository, branch: 'fleetmend/x' });
  return { repository, parent, sha, verified, number: pull.number, read, place: harness.place(repository) };
}

describe('a commit', () => {
  it('leaves its branch to the last step, and says nothing of author, committer or date', async () => {
    const before = harness.asked.length;
    await openOne();
    const writes = harness.asked.slice(before).flatMap((line) => (line.startsWith('GET') ? [] : [line.replace(/\/repos\/ada\/[^/]+/, '')]));
    expect(writes).toEqual(['POST /git/blobs', 'POST /git/trees', 'POST /git/commits', 'POST /git/refs', 'POST /pulls', 'POST /issues/1/labels']);
  });

  it('tells whether GitHub vouches for it', async () => {
    expect((await openOne()).verified).toBe(false);
    const { repository, parent } = await openOne();
    const bot = await (await forgeOf('fleetmend[bot]')).commit({ repository, branch: 'fleetmend/y', parent, files: new Map([['apps/a.yaml', 'c\n']]), message: 'm' });
    expect(bot.verified).toBe(true);
  });

  it('keeps an executable file executable', async () => {
    const { repository, place, parent } = await openOne();
    const blob = (await place.program.run({ dir: place.git.path, args: ['rev-parse', `${parent}:run.sh`] })).stdout.toString().trim();
    const env = { GIT_INDEX_FILE: `${place.git.path}/index-x` };
    await place.program.run({ dir: place.git.path, env, args: ['update-index', '--add', '--cacheinfo', `100755,${blob},run.sh`] });
    const tree = (await place.program.run({ dir: place.git.path, env, args: ['write-tree'] })).stdout.toString().trim();
    const who = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a' };
    const executable = (await place.program.run({ dir: place.git.path, env: who, args: ['commit-tree', tree], input: 'x' })).stdout.toString().trim();
    const { sha } = await harness.forge.commit({ repository, branch: 'fleetmend/sh', parent: executable, files: new Map([['run.sh', 'y\n']]), message: 'm' });
    expect((await place.program.run({ dir: place.git.path, args: ['ls-tree', sha] })).stdout.toString()).toMatch(/^100755 blob \w+\trun\.sh\n$/);
  });

  it('on a branch that a ruleset forbids names the rule', async () => {
    const { repository, parent } = await openOne();
    const refusal = harness.forge.commit({ repository, branch: 'forbidden/x', parent, files: new Map([['a.yaml', 'c\n']]), message: 'm' });
    await expect(refusal).rejects.toMatchObject({ reason: 'BranchRefused', message: expect.stringContaining('rule violations') });
  });

  it('whose bytes arrived changed is not pointed at by any branch', async () => {
    const { repository, parent } = await openOne();
    const tampering = (async (url: string, init: RequestInit = {}) => harness.fetch(url, /\/git\/blobs$/.test(url) ? { ...init, body: JSON.stringify({ content: Buffer.from('evil').toString('base64'), encoding: 'base64' }) } : init)) as typeof fetch;
    const forge = await forgeOf('fleetmend-bot', tampering);
    await expect(forge.commit({ repository, branch: 'fleetmend/z', parent, files: new Map([['apps/a.yaml', 'c\n']]), message: 'm' })).rejects.toThrow(/kept other bytes of apps\/a\.yaml/);
    expect(await harness.head({ repository, branch: 'fleetmend/z' })).toBeUndefined();
  });
});

describe('checks', () => {
  let shared: Awaited<ReturnType<typeof openOne>>;
  beforeAll(async () => {
    shared = await openOne();
  });

  it.each([
    ['None', [], []],
    ['Passing', [['completed', 'success'], ['completed', 'skipped']], ['success']],
    ['Pending', [['completed', 'success'], ['in_progress', null]], []],
    ['Pending', [], ['success', 'pending']],
    ['Failing', [['completed', 'cancelled'], ['queued', null]], ['success']],
    ['Failing', [['completed', 'success']], ['failure']],
  ] as const)('are %s for runs %j and statuses %j', async (expected, runs, statuses) => {
    const { place, sha, read } = shared;
    place.checkRuns.set(sha, runs.map(([status, conclusion]) => ({ status, conclusion })));
    place.statuses.set(sha, [...statuses]);
    expect((await read())?.checks).toBe(expected);
  });
});

describe('mergeability', () => {
  it('is unknown while GitHub computes it', async () => {
    const { repository, read } = await openOne();
    await read();
    await harness.humanCommit({ repository, branch: 'main', files: { 'apps/a.yaml': 'rival\n' }, message: 'same line' });
    expect((await read())?.mergeable).toBeUndefined();
    expect((await read())?.mergeable).toBe(false);
  });
});

describe('merging', () => {
  it.each([
    ['HeadMoved', 409, 'Head branch was modified. Review and try the merge again.'],
    ['NotAllowed', 405, 'At least 1 approving review is required by reviewers with write access.'],
    ['NotAllowed', 405, 'Squash merges are not allowed on this repository.'],
    ['NotAllowed', 422, 'Validation Failed'],
  ])('tells %s from a %i that says "%s"', async (reason, status, message) => {
    const { repository, number, sha } = await openOne();
    const refusing = (async (url: string, init: RequestInit = {}) => (/\/merge$/.test(url) ? Response.json({ message }, { status }) : harness.fetch(url, init))) as typeof fetch;
    expect(await (await forgeOf('fleetmend-bot', refusing)).mergePullRequest({ repository, number, expectedHead: sha, message: 'raise' })).toEqual({ merged: false, reason, message });
  });

  it('looks again when the base moved under the merge', async () => {
    const { repository, number, sha } = await openOne();
    let refusals = 2;
    const busy = (async (url: string, init: RequestInit = {}) =>
      /\/merge$/.test(url) && refusals-- > 0 ? Response.json({ message: 'Base branch was modified. Review and try the merge again.' }, { status: 405 }) : harness.fetch(url, init)) as typeof fetch;
    expect(await (await forgeOf('fleetmend-bot', busy)).mergePullRequest({ repository, number, expectedHead: sha, message: 'raise' })).toMatchObject({ merged: true });
  });
});

describe('a close', () => {
  it.each([
    ['stale', 'Bot'],
    ['github-actions[bot]', 'Bot'],
    ['grace', 'Human'],
  ])('by %s is one by a %s', async (login, kind) => {
    const { repository, number, read } = await openOne();
    await harness.fetch(`${URL}/repos/${repository}/pulls/${number}`, { method: 'PATCH', headers: { authorization: `token ${login}` }, body: '{"state":"closed"}' });
    expect(await read()).toMatchObject({ state: 'Closed', closedBy: { login, kind } });
  });
});

describe('a stranger', () => {
  it('who approves has no say, and who objects is heard', async () => {
    const { repository, number, read } = await openOne();
    const review = (event: string) => harness.fetch(`${URL}/repos/${repository}/pulls/${number}/reviews`, { method: 'POST', headers: { authorization: 'token stranger' }, body: JSON.stringify({ event }) });
    await review('APPROVE');
    expect((await read())?.reviews).toEqual([]);
    await review('REQUEST_CHANGES');
    expect((await read())?.reviews).toMatchObject([{ author: 'stranger', state: 'ChangesRequested' }]);
  });
});

describe('somebody who belongs to the repository', () => {
  it.each([
    ['may write', false, ['Approved']],
    ['may only read', true, []],
  ] as const)('and %s has that say', async (_what, readsOnly, said) => {
    const { place, sha, read } = await openOne();
    if (readsOnly) place.readers.add('grace');
    place.pulls[0]?.reviews.push({ id: 1, login: 'grace', state: 'APPROVED', head: sha, association: 'COLLABORATOR' });
    expect((await read())?.reviews.map(({ state }) => state)).toEqual(said);
  });
});

describe('a bot', () => {
  it.each(['stale', 'github-actions[bot]'])('%s that approves stands for no person, whatever its rights, and is heard when it objects', async (login) => {
    const { place, sha, read } = await openOne();
    const review = (state: string) => place.pulls[0]?.reviews.push({ id: 1, login, state, head: sha, association: 'COLLABORATOR' });
    review('APPROVED');
    expect((await read())?.reviews).toEqual([]);
    review('CHANGES_REQUESTED');
    expect((await read())?.reviews).toMatchObject([{ author: login, state: 'ChangesRequested' }]);
  });
});

describe('labels and reviewers', () => {
  it('are asked for, and a reviewer who cannot review keeps nothing from opening', async () => {
    expect((await openOne('t', ['ada'])).place.pulls[0]).toMatchObject({ labels: ['fleetmend'], reviewers: ['ada'] });
    expect((await openOne('t', ['stranger'])).place.pulls[0]).toMatchObject({ labels: ['fleetmend'], reviewers: [] });
  });
});

describe('the config', () => {
  it('wants an App or a token, and not both', () => {
    const app = { id: 1, installation: 2, privateKey: 'k' };
    expect(parse(github.config, { token: 't' }, 'hub.forges.main')).toMatchObject({ url: 'https://api.github.com' });
    expect(() => parse(github.config, {}, 'hub.forges.main')).toThrow(/either `app` or `token`/);
    expect(() => parse(github.config, { app, token: 't' }, 'hub.forges.main')).toThrow(/either `app` or `token`/);
  });

  it.each([
    ['https://api.github.com', 'https://github.com/a/b.git'],
    ['https://ghe.example.org/api/v3', 'https://ghe.example.org/a/b.git'],
    ['https://api.acme.ghe.com/', 'https://acme.ghe.com/a/b.git'],
  ])('with the API at %s clones from %s', async (url, remote) => {
    const server = (async () => Response.json({ full_name: 'a/b', default_branch: 'main' })) as typeof fetch;
    const forge = await github.create({ url, token: 't', mergeMethod: 'squash', bots: [] }, { clock: harness.clock, fetch: server, stateDir: '', log });
    expect(await forge.remote('a/b')).toEqual({ url: remote, authorization: `Basic ${Buffer.from('x-access-token:t').toString('base64')}` });
  });
});
