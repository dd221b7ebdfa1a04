import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInProcessBus } from '@fleetmend/bus';
import { HubConfig } from '@fleetmend/config';
import { seededRandom } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import { createLogger, systemClock } from '@fleetmend/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aRequest } from '../../../../libs/lifecycle/src/told-request.fixture.ts';
import { aHubCluster, type HubClusterFixture } from '../kubernetes/hub-cluster.fixture.ts';
import { startHub, type RunningHub } from '../start-hub.ts';

const AUTHENTICATED = ['system:authenticated'];
/** Ada reads one tenant, the operator everything, Eve is known and may nothing. */
const TOKENS = new Map(['ada', 'operator', 'eve'].map((user) => [`${user}-token`, { user, groups: AUTHENTICATED }]));

let dir: string;
let cluster: HubClusterFixture;
let hub: RunningHub;
/** Paths that the hub asked its cluster for, with the method. */
let asked: string[];
let refuseReviews: boolean;

const role = (name: string, namespace: string | undefined, user: string, rules: readonly object[]): readonly KubeObject[] => {
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  return [
    { apiVersion, kind, metadata, rules },
    { apiVersion, kind: `${kind}Binding`, metadata, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name }, subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }] },
  ] as unknown as readonly KubeObject[];
};
const READS = [{ apiGroups: ['fleetmend.dev'], resources: ['remediationrequests', 'policyrollouts'], verbs: ['get', 'list', 'watch'] }];

async function start(http: Record<string, unknown>): Promise<string> {
  const fetchIn = ((input: string, init?: RequestInit) => {
    asked.push(`${init?.method ?? 'GET'} ${new URL(input).pathname}`);
    return refuseReviews && input.includes('reviews') ? Promise.reject(new TypeError('fetch failed')) : cluster.fetch(input, init);
  }) as typeof fetch;
  hub = await startHub(HubConfig.parse({ profile: 'sandbox', stateDir: join(dir, 'hub'), http: { port: 0, ...http }, forges: { local: { kind: 'local' } }, policyEngine: { kind: 'opa-wasm', bundle: join(import.meta.dirname, '../../../../policies/bundle') } }), {
    clock: systemClock,
    random: seededRandom(1),
    log: createLogger({ level: 'silent', service: 'hub' }),
    env: { PATH: process.env['PATH'] },
    fetch,
    bus: createInProcessBus({ clock: systemClock }),
    kubernetes: { server: 'https://hub.test', fetch: fetchIn, headers: async () => ({}) },
  });
  return `http://127.0.0.1:${new URL(hub.url.replace('[::]', '127.0.0.1')).port}`;
}

beforeEach(() => {
  [asked, refuseReviews] = [[], false];
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-see-'));
  cluster = aHubCluster({ tokens: TOKENS });
  for (const object of [...role('shop-reader', 'shop-team', 'ada', READS), ...role('reader', undefined, 'operator', [...READS, { nonResourceURLs: ['/metrics'], verbs: ['get'] }])]) cluster.server.objects.create(object, { manager: 'test' });
  for (const [namespace, name] of [['shop-team', 'rr-shop'], ['fleetmend-system', 'rr-system']] as const) {
    const { spec, status } = aRequest({ phase: 'Escalated', reason: 'TooUncertain' }, name);
    const made = cluster.server.objects.create({ apiVersion: 'fleetmend.dev/v1alpha1', kind: 'RemediationRequest', metadata: { name, namespace }, spec: { ...spec, clusters: [namespace === 'shop-team' ? 'prod-1' : 'prod-2'] } } as unknown as KubeObject, { manager: 'test' });
    cluster.server.objects.updateStatus({ ...made, status } as unknown as KubeObject, { manager: 'test' });
  }
  const rollout = { bundle: { digest: `sha256:${'b'.repeat(64)}`, source: { file: '/no/bundle' } }, waves: [{ name: 'canary', clusters: {} }], stages: [{ mode: 'Enforce' }] };
  cluster.server.objects.create({ apiVersion: 'fleetmend.dev/v1alpha1', kind: 'PolicyRollout', metadata: { name: 'next', namespace: 'fleetmend-system' }, spec: rollout } as unknown as KubeObject, { manager: 'test' });
  for (const name of ['prod-1', 'prod-2']) cluster.server.objects.create({ apiVersion: 'fleetmend.dev/v1alpha1', kind: 'FleetCluster', metadata: { name }, spec: {} } as unknown as KubeObject, { manager: 'test' });
});
afterEach(async () => {
  await hub.stop();
  cluster.close();
  rmSync(dir, { recursive: true });
});

const read = async (url: string, path: string, token?: string) => {
  const response = await fetch(`${url}${path}`, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
  return { status: response.status, body: (await response.json().catch(() => ({}))) as { readonly items?: readonly { readonly name: string }[]; readonly message?: string; readonly escalated?: number } };
};
const names = async (url: string, path: string, token?: string) => (await read(url, path, token)).body.items?.map(({ name }) => name).sort();

describe('a hub that others reach', () => {
  it('shows nobody anything without a token that its cluster knows', async () => {
    const url = await start({ host: '0.0.0.0' });
    for (const path of ['/api/requests', '/api/overview', '/api/clusters', '/api/events', '/api/requests/shop-team/rr-shop', '/metrics']) {
      expect((await read(url, path)).status, path).toBe(401);
      expect((await read(url, path, 'made-up')).status, path).toBe(401);
    }
    expect((await read(url, '/api/requests')).body.message).toContain('kubectl create token');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('shows each what they may list in the hub cluster, and clusters by that', async () => {
    const url = await start({ host: '0.0.0.0' });
    expect(await names(url, '/api/requests', 'operator-token')).toEqual(['rr-shop', 'rr-system']);
    expect(await names(url, '/api/clusters', 'operator-token')).toEqual(['prod-1', 'prod-2']);
    expect(await names(url, '/api/requests', 'ada-token')).toEqual(['rr-shop']);
    expect(await names(url, '/api/clusters', 'ada-token')).toEqual(['prod-1']);
    expect((await read(url, '/api/overview', 'ada-token')).body).toMatchObject({ escalated: 1 });
    expect((await read(url, '/api/requests/shop-team/rr-shop/story', 'ada-token')).status).toBe(200);
    expect((await read(url, '/metrics', 'operator-token')).status).toBe(200);
    expect((await read(url, '/api/rollouts', 'operator-token')).body.items).toMatchObject([{ name: 'next', waves: [{ name: 'canary', clusters: [{ name: 'prod-1' }, { name: 'prod-2' }] }] }]);
    expect((await read(url, '/api/rollouts', 'ada-token')).status).toBe(403);
  });

  it('tells nobody whether a request exists that they may not read', async () => {
    const url = await start({ host: '0.0.0.0' });
    for (const name of ['rr-system', 'rr-none']) for (const path of ['', '/story']) expect((await read(url, `/api/requests/fleetmend-system/${name}${path}`, 'ada-token')).status).toBe(403);
    expect((await read(url, '/api/requests', 'eve-token')).status).toBe(403);
    expect((await read(url, '/metrics', 'ada-token')).status).toBe(403);
  });

  it('sends each only the news of what they may list', async () => {
    const url = await start({ host: '0.0.0.0' });
    const ending = new AbortController();
    const stream = await fetch(`${url}/api/events`, { headers: { authorization: 'Bearer ada-token' }, signal: ending.signal });
    let text = '';
    for await (const part of stream.body ?? []) {
      text += Buffer.from(part).toString();
      if (text.includes('rr-shop')) break;
    }
    ending.abort();
    expect(text).not.toContain('rr-system');
  });

  it('asks its cluster once for a moment, and shows nothing when it cannot ask', async () => {
    const url = await start({ host: '0.0.0.0' });
    for (let time = 0; time < 3; time += 1) await read(url, '/api/requests', 'ada-token');
    expect(asked.filter((one) => one.endsWith('/tokenreviews'))).toHaveLength(1);
    refuseReviews = true;
    expect((await read(url, '/api/requests', 'operator-token')).status).toBe(503);
  });

  it('refuses a host name that is not its own, whoever asks', async () => {
    const url = await start({ host: '0.0.0.0' });
    const { request } = await import('node:http');
    const status = await new Promise((resolve, reject) => request(`${url}/api/requests`, { headers: { host: 'evil.example.org', authorization: 'Bearer operator-token' } }, (response) => resolve(response.resume().statusCode)).on('error', reject).end());
    expect(status).toBe(403);
  });
});

it.each([['on loopback', { host: '127.0.0.1' }], ['behind a proxy that asks who it is', { host: '0.0.0.0', proxied: true }]])('asks nobody %s', async (_where, http) => {
  const url = await start(http);
  expect(await names(url, '/api/requests')).toEqual(['rr-shop', 'rr-system']);
  expect((await read(url, '/metrics')).status).toBe(200);
  expect(asked.filter((one) => one.includes('reviews'))).toEqual([]);
});
