import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPullRequestDatabase } from './database.ts';
import { localHarness } from './spec-support/local-harness.ts';
import { local } from './local.ts';
import { createLocalPullRequests } from './people.ts';
import { pullRequestStore } from './store.ts';

let harness: Awaited<ReturnType<typeof localHarness>>;
beforeAll(async () => {
  harness = await localHarness();
});
afterAll(() => harness.remove());

async function openOne() {
  const repository = await harness.seedRepository({ 'a.yaml': 'a\n' });
  const parent = (await harness.head({ repository, branch: 'main' })) ?? '';
  const { sha } = await harness.forge.commit({ repository, branch: 'fleetmend/x', parent, files: new Map([['a.yaml', 'b\n']]), message: 'raise' });
  const pull = await harness.forge.openPullRequest({ repository, branch: 'fleetmend/x', base: 'main', title: 't', body: 'M', labels: [], reviewers: { users: [], teams: [] }, marker: 'M' });
  return { repository, parent, sha, number: pull.number };
}

describe('a merge that was cut short', () => {
  it('after the base moved is seen as merged, by whoever ordered it', async () => {
    const { repository, parent, sha, number } = await openOne();
    const people = createLocalPullRequests(harness);
    const bare = await people.repository(repository);
    const merged = (await bare.createMerge({ base: parent, head: sha, method: 'Squash', message: 'm', author: { name: 'x', email: 'x' }, at: 0 })) ?? '';
    const store = pullRequestStore(openPullRequestDatabase(harness.stateDir));
    store.noteMerge({ number, sha: merged, login: 'ada', head: sha, base_sha: parent });
    bare.moveBranch({ branch: 'main', from: parent, to: merged });
    await people.close(number, { login: 'bob' });
    expect(await harness.forge.readPullRequest({ repository, branch: 'fleetmend/x' })).toMatchObject({ state: 'Merged', mergeSHA: merged, headSHA: sha, commits: [{ sha }] });
    store.close();
    people.dispose();
  });

  it('before the base moved is still open and merges then', async () => {
    const { repository, parent, sha, number } = await openOne();
    const store = pullRequestStore(openPullRequestDatabase(harness.stateDir));
    store.noteMerge({ number, sha: 'f'.repeat(40), login: 'ada', head: sha, base_sha: parent });
    store.close();
    expect(await harness.forge.readPullRequest({ repository, branch: 'fleetmend/x' })).toMatchObject({ state: 'Open' });
    expect(await harness.forge.mergePullRequest({ repository, number, expectedHead: sha, message: 'raise' })).toMatchObject({ merged: true });
  });
});

describe('people', () => {
  it('list and read pull requests, and their merge keeps the message of the commit', async () => {
    const { repository, number } = await openOne();
    const people = createLocalPullRequests(harness);
    await people.comment(number, { login: 'ada' }, 'looks right');
    await people.review(number, { login: 'ada' }, { state: 'Approved' });
    expect(await people.list({ repository, state: 'Open' })).toMatchObject([{ number, title: 't', author: 'fleetmend', comments: [{ author: 'ada', body: 'looks right' }], reviews: [{ author: 'ada' }] }]);
    const result = await people.merge(number, { login: 'ada', name: 'Ada', email: 'ada@example.org' });
    const [merge] = await (await people.repository(repository)).log({ from: result.merged ? result.sha : '', limit: 1 });
    expect(merge).toMatchObject({ message: 'raise', author: 'Ada <ada@example.org>' });
    expect(await people.list({ repository, state: 'Open' })).toEqual([]);
    await expect(people.show(999)).rejects.toMatchObject({ reason: 'PullRequestNotFound' });
    people.dispose();
  });

  it('may close with a word, and a bot is known by its name', async () => {
    const { repository, number } = await openOne();
    const people = createLocalPullRequests(harness);
    await people.close(number, { login: 'stale[bot]' }, 'nobody looked');
    expect(await harness.forge.readPullRequest({ repository, branch: 'fleetmend/x' })).toMatchObject({ state: 'Closed', closedBy: { login: 'stale[bot]', kind: 'Bot' } });
    people.dispose();
  });

  it('who push the branch to the base themselves have merged it', async () => {
    const { repository, parent, sha } = await openOne();
    const people = createLocalPullRequests(harness);
    (await people.repository(repository)).moveBranch({ branch: 'main', from: parent, to: sha });
    expect(await harness.forge.readPullRequest({ repository, branch: 'fleetmend/x' })).toMatchObject({ state: 'Merged', mergeSHA: sha });
    people.dispose();
  });

  it('who merge at the same moment as the hub merge once', async () => {
    const { repository, sha, number, parent } = await openOne();
    const people = createLocalPullRequests(harness);
    const [ours, theirs] = await Promise.all([harness.forge.mergePullRequest({ repository, number, expectedHead: sha, message: 'raise' }), people.merge(number, { login: 'ada' })]);
    expect(ours).toEqual(theirs);
    const bare = await people.repository(repository);
    expect(await bare.log({ from: await bare.head('main'), without: parent, limit: 10 })).toHaveLength(1);
    people.dispose();
  });
});

describe('the state directory', () => {
  it('with a damaged database is named, with the way out', () => {
    const stateDir = join(harness.stateDir, 'damaged');
    const people = createLocalPullRequests({ stateDir, clock: harness.clock });
    people.dispose();
    writeFileSync(join(stateDir, 'pull-requests.db'), 'not a database, but long enough to be looked at as one'.repeat(20));
    expect(() => createLocalPullRequests({ stateDir, clock: harness.clock })).toThrow(/pull-requests\.db.*move it away/);
  });

  it('that was lost leaves branches that are known again by what they hold', async () => {
    const { repository, parent, sha } = await openOne();
    const forge = await local.create({ mergeMethod: 'Squash', login: 'fleetmend', root: join(harness.stateDir, 'repositories') }, { clock: harness.clock, fetch, stateDir: join(harness.stateDir, 'fresh'), log: { info: () => undefined, warn: () => undefined } });
    expect(await forge.commit({ repository, branch: 'fleetmend/x', parent, files: new Map([['a.yaml', 'b\n']]), message: 'raise' })).toMatchObject({ sha });
    const pull = await forge.openPullRequest({ repository, branch: 'fleetmend/x', base: 'main', title: 't', body: 'M', labels: [], reviewers: { users: [], teams: [] }, marker: 'M' });
    expect(pull.commits).toMatchObject([{ sha, byUs: true }]);
  });

  it.each(['../x', '/etc', 'a//b', 'a/../b', '.hidden'])('holds no repository %j', async (name) => {
    await expect(harness.forge.remote(name)).rejects.toMatchObject({ reason: 'RepositoryNotFound' });
  });
});

describe('a hub that is killed', () => {
  it.each(['committed+5', 'opened', 'opened+15'])('at %s ends with one merged pull request when it runs again', async (moment) => {
    const repository = await harness.seedRepository({ 'a.yaml': 'a\n' });
    const parent = (await harness.head({ repository, branch: 'main' })) ?? '';
    const run = () => spawn(process.execPath, [fileURLToPath(new URL('spec-support/hub-to-kill.ts', import.meta.url)), harness.stateDir, repository, parent], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [at = '', wait = '0'] = moment.split('+');
    const first = run();
    const ended = new Promise((resolve) => first.on('exit', resolve));
    for await (const line of first.stdout) if (String(line).includes(at)) break;
    await delay(Number(wait));
    first.kill('SIGKILL');
    await ended;
    const second = run();
    expect(await new Promise((resolve) => second.on('exit', resolve))).toBe(0);
    const people = createLocalPullRequests(harness);
    const bare = await people.repository(repository);
    expect(await people.list({ repository })).toMatchObject([{ state: 'Merged' }]);
    expect(await bare.log({ from: await bare.head('main'), without: parent, limit: 10 })).toMatchObject([{ message: 'raise' }]);
    people.dispose();
  });
});
