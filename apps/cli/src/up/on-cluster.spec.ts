import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { createApiServer, identityOf, openStore, renderKubeconfig, serveApi, type ApiServer, type Serving, type Store } from '@fleetmend/sandbox';
import { createLogger, systemClock, systemRandom } from '@fleetmend/telemetry';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EXIT } from '../exit-codes.ts';
import { upOnCluster, type OnClusterOptions } from './on-cluster.ts';

let dir: string;
let store: Store;
let api: ApiServer;
let serving: Serving;
/** Method and path of every request that reached the API server, by who sent it. */
let seen: { readonly agent: string; readonly method: string; readonly path: string }[];
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-context-'));
  store = openStore({ path: ':memory:' });
  api = createApiServer({ name: 'real', store, clock: systemClock, random: systemRandom });
  seen = [];
  const watched: ApiServer = {
    ...api,
    fetch: (request, context) => {
      seen.push({ agent: request.headers.get('user-agent') ?? '', method: request.method, path: new URL(request.url).pathname });
      return api.fetch(request, context);
    },
  };
  serving = await serveApi({ servers: [watched], identity: await identityOf(store, systemClock) });
  writeFileSync(join(dir, 'kubeconfig'), renderKubeconfig(serving.clusters, 'real'));
});
afterEach(async () => {
  await serving.close();
  api.close();
  store.close();
  rmSync(dir, { recursive: true, force: true });
});

const run = async (options: Partial<OnClusterOptions>, until: () => boolean = () => true) => {
  const ending = new AbortController();
  const world = { clock: systemClock, random: systemRandom, log: createLogger({ level: 'silent' as const, service: 'test' }), env: { PATH: process.env['PATH'] }, fetch, root: join(import.meta.dirname, '../../../..'), terminal: { line: () => {}, live: () => {}, isTty: false, colour: false }, answer: () => {}, signal: ending.signal, stdin: new PassThrough(), stdout: new PassThrough() };
  const playing = upOnCluster({ stateDir: join(dir, 'state'), once: false, json: false, accelerated: false, context: 'real', kubeconfig: join(dir, 'kubeconfig'), installCrds: false, yes: false, ...options }, world);
  playing.catch(() => undefined);
  for (let tries = 0; tries < 400 && !until(); tries += 1) await systemClock.sleep(25);
  ending.abort(new Error('stopped'));
  return playing;
};

it('installs nothing unless somebody says so, and says what is missing', async () => {
  await expect(run({})).rejects.toMatchObject({ reason: 'CrdsMissing', message: expect.stringContaining('--install-crds') });
  expect(seen.filter(({ method }) => method !== 'GET')).toEqual([]);
});

it('runs hub and agent there: the agent only reads, the hub writes its own kinds, events and Leases', { timeout: 60_000 }, async () => {
  const registered = () => seen.some(({ path, method }) => method === 'PATCH' && path.endsWith('/fleetclusters/real/status'));
  expect(await run({ installCrds: true }, registered)).toBe(EXIT.ok);
  expect(registered()).toBe(true);
  expect(api.objects.get('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', undefined, 'fleetmend-approvals')).toBeDefined();
  const writes = seen.filter(({ method }) => method !== 'GET');
  expect(writes.filter(({ agent }) => agent.startsWith('fleetmend-agent'))).toEqual([]);
  const byHub = writes.filter(({ agent }) => agent === 'fleetmend-hub').map(({ path }) => path);
  expect(byHub.length).toBeGreaterThan(0);
  for (const path of byHub) expect(path).toMatch(/^\/apis\/(fleetmend\.dev|coordination\.k8s\.io|events\.k8s\.io)\/|\/events$/);
  expect(seen.filter(({ agent }) => agent.startsWith('fleetmend-agent')).length).toBeGreaterThan(0);
});
