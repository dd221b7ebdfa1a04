import { createServer } from 'node:net';
import type { Forge } from '@fleetmend/plugin-api';
import { type Emulator, createEmulator } from 'emulate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dozingClock } from '../gitea/spec-support/gitea-harness.ts';
import { github } from './github.ts';

/*
 * The plugin against `emulate`, somebody else's idea of GitHub, over a real loopback server. Left to the stand-in, for the emulator does
 * not do it: heads that follow their branch, conflicts, commit statuses, 405 and 409 of a merge, the base commit is among a pull
 * request's commits, commits have no users, and the issue behind a pull request, which says who closed it, is not there.
 */
let emulator: Emulator;
let forge: Forge;
let privateKey: string;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const deps = { clock: dozingClock(), fetch, stateDir: '', log: { info: () => undefined, warn: () => undefined } };
const asApp = (over: Partial<{ installation: number; privateKey: string }> = {}) =>
  github.create({ url: emulator.url, app: { id: 4711, installation: 100, privateKey, ...over }, mergeMethod: 'squash', bots: [] }, deps);

beforeAll(async () => {
  const port = await freePort();
  emulator = await createEmulator({
    service: 'github',
    port,
    baseUrl: `http://127.0.0.1:${port}`,
    seed: {
      tokens: { 'ada-token': { login: 'ada', scopes: ['repo', 'user'] } },
      github: {
        users: [{ login: 'ada', name: 'Ada', email: 'ada@example.org' }],
        orgs: [{ login: 'acme', name: 'Acme', members: [{ login: 'ada', role: 'admin' }] }],
        repos: [1, 2].map((number) => ({ owner: 'acme', name: `fleet-${number}`, auto_init: true })),
        apps: [{ app_id: 4711, slug: 'fleetmend', name: 'Fleetmend', permissions: { contents: 'write', pull_requests: 'write', issues: 'write', checks: 'read', metadata: 'read' }, events: [], installations: [{ installation_id: 100, account: 'acme', repository_selection: 'all' }] }],
      },
    },
  });
  privateKey = emulator.generatedSecrets.find(({ kind }) => kind === 'github.app_private_key')?.value ?? '';
  forge = await asApp();
}, 30_000);
afterAll(() => emulator.close());

async function ada<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${emulator.url}${path}`, { method, headers: { authorization: 'Bearer ada-token', 'content-type': 'application/json' }, ...(body ? { body: JSON.stringify(body) } : {}) });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

async function openOn(repository: string) {
  const parent = (await ada<{ commit: { sha: string } }>('GET', `/repos/${repository}/branches/main`)).commit.sha;
  const commit = { repository, branch: 'fleetmend/web-1', parent, files: new Map([['apps/web.yaml', 'memory: 128Mi # little\r\n']]), message: 'raise\n\nFleetmend-Plan: sha256:abc' };
  const { sha } = await forge.commit(commit);
  const draft = { repository, branch: 'fleetmend/web-1', base: 'main', title: 'Raise', body: 'rr:1', labels: ['fleetmend'], reviewers: { users: ['ada'], teams: [] }, marker: 'rr:1' };
  const pull = await forge.openPullRequest(draft);
  return { parent, commit, sha, draft, pull, reference: { repository, number: pull.number } };
}

describe('as an App', () => {
  it('clones with a token of its installation', async () => {
    const { url, authorization = '' } = await forge.remote('acme/fleet-1');
    expect(url).toBe(`${emulator.url}/acme/fleet-1.git`);
    expect(Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()).toMatch(/^x-access-token:ghs_/);
  });

  it('commits the exact bytes on a branch of its own, opens, adopts, comments once and merges', async () => {
    const { commit, sha, draft, pull, reference } = await openOn('acme/fleet-1');
    const raw = await ada<{ content: string }>('GET', `/repos/acme/fleet-1/contents/apps/web.yaml?ref=${sha}`);
    expect(Buffer.from(raw.content, 'base64').toString()).toBe('memory: 128Mi # little\r\n');
    expect((await forge.commit(commit)).sha).toBe(sha);
    await expect(forge.commit({ ...commit, message: 'another' })).rejects.toMatchObject({ reason: 'BranchTaken' });
    expect(pull).toMatchObject({ state: 'Open', headSHA: sha, base: 'main', branch: 'fleetmend/web-1', checks: 'None' });
    expect((await forge.openPullRequest(draft)).number).toBe(pull.number);
    const comment = { marker: 'm1', body: 'It recovered.' };
    await forge.updatePullRequest({ ...reference, comment });
    await forge.updatePullRequest({ ...reference, comment });
    expect(await ada<object[]>('GET', `/repos/acme/fleet-1/issues/${pull.number}/comments`)).toHaveLength(1);
    const labelled = await ada<{ name: string }[]>('GET', `/repos/acme/fleet-1/issues/${pull.number}/labels`);
    expect(labelled.map(({ name }) => name)).toEqual(['fleetmend']);
    await ada('POST', `/repos/acme/fleet-1/pulls/${pull.number}/reviews`, { event: 'APPROVE' });
    const merged = await forge.mergePullRequest({ ...reference, expectedHead: sha, message: 'raise\n\nFleetmend-Plan: sha256:abc' });
    const state = await forge.readPullRequest({ repository: 'acme/fleet-1', branch: 'fleetmend/web-1' });
    expect(state).toMatchObject({ state: 'Merged', reviews: [{ author: 'ada', state: 'Approved', headSHA: sha }] });
    expect(merged).toEqual({ merged: true, sha: state?.mergeSHA });
  });

  it('never lands on the base, and refuses a merge at another head', async () => {
    const { commit, reference, parent } = await openOn('acme/fleet-2');
    await expect(forge.commit({ ...commit, branch: 'main' })).rejects.toMatchObject({ reason: 'BranchProtected' });
    expect(await forge.mergePullRequest({ ...reference, expectedHead: parent, message: 'm' })).toMatchObject({ merged: false, reason: 'HeadMoved' });
  });

  it('of an installation that is not there names what to check', async () => {
    const refusal = (await asApp({ installation: 999 })).remote('acme/fleet-1');
    await expect(refusal).rejects.toMatchObject({ reason: 'ForgeRefused', message: expect.stringMatching(/gives the App no token.*installation's id/) });
  });

  it('finds no repository that is not there', async () => {
    await expect(forge.remote('acme/none')).rejects.toMatchObject({ reason: 'RepositoryNotFound' });
  });
});
