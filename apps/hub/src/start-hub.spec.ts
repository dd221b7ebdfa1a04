import { createServer } from 'node:http';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInProcessBus } from '@fleetmend/bus';
import { HubConfig } from '@fleetmend/config';
import { seededRandom, sha256 } from '@fleetmend/kernel';
import { customResourceDefinitions, xorOf, type FailureEvent } from '@fleetmend/model';
import { createLogger, systemClock } from '@fleetmend/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aHubCluster, type HubClusterFixture } from './kubernetes/hub-cluster.fixture.ts';
import { startHub, type RunningHub } from './start-hub.ts';

const BUNDLE = join(import.meta.dirname, '../../../policies/bundle');

let dir: string;
let cluster: HubClusterFixture;
let running: RunningHub[];
/** Nobody answers at the hub cluster's address. */
let away: boolean;
beforeEach(() => {
  away = false;
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-hub-'));
  cluster = aHubCluster();
  running = [];
});
afterEach(async () => {
  for (const hub of running) await hub.stop();
  cluster.close();
  rmSync(dir, { recursive: true });
});

const start = async (config: Record<string, unknown> = {}, hubCluster = cluster) => {
  const bus = createInProcessBus({ clock: systemClock });
  const hub = await startHub(HubConfig.parse({ profile: 'sandbox', stateDir: join(dir, 'hub'), http: { port: 0 }, forges: { local: { kind: 'local' } }, policyEngine: { kind: 'opa-wasm', bundle: BUNDLE }, groupingWindow: '10ms', ...config }), {
    clock: systemClock,
    random: seededRandom(1),
    log: createLogger({ level: 'silent', service: 'hub' }),
    env: { PATH: process.env['PATH'] },
    fetch,
    bus,
    kubernetes: { server: 'https://hub.test', fetch: ((...args: Parameters<typeof fetch>) => (away ? Promise.reject(new TypeError('fetch failed')) : hubCluster.fetch(...args))) as typeof fetch, headers: async () => ({}) },
  });
  running.push(hub);
  return { hub, agent: bus.agent('prod-1') };
};

const event: FailureEvent = {
  schema: 1,
  cluster: 'prod-1',
  fingerprint: sha256('checkout'),
  state: 'open',
  version: 1,
  epoch: 1,
  at: 1,
  firstSeen: 1,
  count: 1,
  finding: { class: 'OOMKilled', target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout', container: 'app' }, observation: { reason: 'OOMKilled', message: 'killed for memory' } },
};
const heartbeat = { schema: 1, cluster: 'prod-1', agent: { version: '0.1.0' }, epoch: 1, at: 1, open: 1, xor: xorOf([event.fingerprint]), pods: 1 } as const;

/** Asks again until the answer holds: HTTP, the bus and the API server are real ones, on a real clock. */
const eventually = async <T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> => {
  for (let tries = 0; ; tries += 1) {
    const value = await read();
    if (holds(value) || tries > 200) return value;
    await systemClock.sleep(25);
  }
};
const getJson = async <T>(url: string) => (await fetch(url)).json() as Promise<T>;

describe('a hub that started', () => {
  it('says that it lives, that it is ready, and what it counts', async () => {
    const { hub } = await start();
    expect(await getJson(`${hub.url}/healthz`)).toEqual({ status: 'ok' });
    expect(await getJson(`${hub.url}/readyz`)).toMatchObject({ status: 'ok' });
    const metrics = await fetch(`${hub.url}/metrics`);
    expect(metrics.headers.get('content-type')).toContain('text/plain');
    expect(await metrics.text()).toContain('# TYPE fleetmend_requests_total counter');
  });

  it('makes one request of an event that comes twice, and answers it over HTTP', async () => {
    const { hub, agent } = await start();
    await agent.publishFailure(event);
    await agent.publishFailure({ ...event, version: 2, count: 2 });
    const { items } = await eventually(() => getJson<{ items: { name: string; namespace: string; target: string }[] }>(`${hub.url}/api/requests`), (list) => list.items.length > 0);
    expect(items).toMatchObject([{ target: 'Deployment/shop/checkout' }]);
    expect(await getJson(`${hub.url}/api/requests/${items[0]?.namespace}/${items[0]?.name}`)).toMatchObject({ spec: { failure: { class: 'OOMKilled' } } });
    expect((await hub.requests.list()).length).toBe(1);
  });

  it('registers a cluster by its heartbeat', async () => {
    const { hub, agent } = await start();
    await agent.publishHeartbeat(heartbeat);
    const { items } = await eventually(() => getJson<{ items: { name: string; open: number }[] }>(`${hub.url}/api/clusters`), (list) => list.items.length > 0);
    expect(items).toMatchObject([{ name: 'prod-1', open: 1 }]);
  });

  it('asks an agent for everything when its digest differs', async () => {
    const { agent } = await start();
    const asked = new Promise<void>((resolve) => {
      agent.onResync(async () => {
        resolve();
        return 0;
      });
    });
    await agent.publishHeartbeat(heartbeat);
    await asked;
  });

  it('streams what happens to whoever listens, and ends although somebody listens', async () => {
    const { hub, agent } = await start();
    const response = await fetch(`${hub.url}/api/events`);
    const reader = response.body?.getReader();
    await agent.publishFailure(event);
    let text = '';
    while (!text.includes('event: request')) text += new TextDecoder().decode((await reader?.read())?.value);
    expect(text).toContain('Deployment/shop/checkout');
    await hub.stop();
    await reader?.cancel().catch(() => undefined);
  });

  it('is not ready while it cannot hear the hub cluster, and still alive', async () => {
    const { hub } = await start();
    away = true;
    cluster.server.close();
    const ready = await eventually(() => fetch(`${hub.url}/readyz`), ({ status }) => status !== 200);
    expect(ready.status).toBe(503);
    expect(JSON.stringify(await ready.json())).toContain('lost its connection');
    expect((await fetch(`${hub.url}/healthz`)).status).toBe(200);
  });

  it('knows no request that is not there', async () => {
    const { hub } = await start();
    expect((await fetch(`${hub.url}/api/requests/shop-team/rr-none-1`)).status).toBe(404);
  });

  it('goes on where it ended, with the request that it made', async () => {
    const first = await start();
    await first.agent.publishFailure(event);
    await eventually(() => first.hub.requests.list(), (list) => list.length > 0);
    await first.hub.stop();
    const second = await start();
    expect((await getJson<{ items: unknown[] }>(`${second.hub.url}/api/requests`)).items).toHaveLength(1);
  });
});

describe('a hub that cannot start says why and leaves nothing open', () => {
  it('when its port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(start({ http: { port } })).rejects.toMatchObject({ reason: 'PortInUse', message: expect.stringMatching(new RegExp(`port ${port}.*hub\\.http\\.port`)) });
    await new Promise((resolve) => other.close(resolve));
    // Everything was closed: the same state directory starts again.
    await start();
  });

  it('when the cluster lacks our kinds', async () => {
    const bare = aHubCluster({ kinds: customResourceDefinitions().slice(0, 2) });
    await expect(start({}, bare)).rejects.toMatchObject({ reason: 'CrdsMissing' });
    bare.close();
  });

  it.each(['remediationrequests', 'remediationpolicies', 'repobindings'])('when it may not read %s, with the right that it lacks', async (resource) => {
    const forbidden = Response.json({ kind: 'Status', status: 'Failure', code: 403, reason: 'Forbidden', message: 'no' }, { status: 403 });
    const guarded = ((...args: Parameters<typeof fetch>) => (String(args[0]).includes(`/${resource}`) ? Promise.resolve(forbidden.clone()) : cluster.fetch(...args))) as typeof fetch;
    await expect(start({}, { ...cluster, fetch: guarded })).rejects.toMatchObject({ reason: 'Forbidden', message: expect.stringMatching(new RegExp(`grant verb "(list|watch)" on resource "${resource}" of API group "fleetmend\\.dev"`)) });
  });

  it('when the policy bundle does not load', async () => {
    await expect(start({ policyEngine: { kind: 'opa-wasm', bundle: join(dir, 'no-bundle') } })).rejects.toMatchObject({ reason: 'BundleUnusable', message: expect.stringContaining('no-bundle') });
  });

  it('when the key that it should attest with is none', async () => {
    writeFileSync(join(dir, 'key.pem'), 'no key');
    await expect(start({ attestation: { key: { file: join(dir, 'key.pem') } } })).rejects.toMatchObject({ reason: 'BadAttestationKey', message: expect.stringContaining('openssl genpkey') });
  });

  it('when a plugin of its config does not exist', async () => {
    await expect(start({ reasoners: [{ kind: 'oracle' }] })).rejects.toMatchObject({ reason: 'UnknownPlugin', message: expect.stringContaining('playbook') });
  });

  it('when its state directory is a file', async () => {
    writeFileSync(join(dir, 'hub'), '');
    await expect(start()).rejects.toMatchObject({ reason: 'StateDirUnusable' });
  });

  it('when the memory in its state directory is damaged', async () => {
    const store = join(dir, 'hub', 'plugins', 'vectorStore', 'embedded');
    mkdirSync(store, { recursive: true });
    writeFileSync(join(store, 'precedents.db'), 'damaged '.repeat(2_000));
    await expect(start()).rejects.toMatchObject({ reason: 'StoreCorrupt', message: expect.stringContaining('precedents.db') });
    expect(existsSync(join(store, 'precedents.db'))).toBe(true);
  });
});
