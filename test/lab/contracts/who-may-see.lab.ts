import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInProcessBus } from '@fleetmend/bus';
import { HubConfig } from '@fleetmend/config';
import { loadKubeconfig, type KubeConnection } from '@fleetmend/k8s';
import { seededRandom } from '@fleetmend/kernel';
import { createLogger, systemClock } from '@fleetmend/telemetry';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startHub, type RunningHub } from '../../../apps/hub/src/start-hub.ts';
import { kubectlIn } from '../boot/kubectl-in.ts';
import { until } from '../boot/server-process.ts';
import { serviceAccountKubeconfig } from '../boot/service-account.ts';

const lab = inject('lab');
const ROOT = resolve(import.meta.dirname, '..', '..', '..');
const SYSTEM = 'fleetmend-system';
const [SHOP, BILLING] = ['see-shop', 'see-billing'] as const;
const RBAC = 'rbac.authorization.k8s.io';
const folder = mkdtempSync(join(tmpdir(), 'who-may-see-'));
const world: { hub?: RunningHub; connection?: KubeConnection; url: string } = { url: '' };

const aRequest = (namespace: string, name: string): object => ({
  apiVersion: 'fleetmend.dev/v1alpha1',
  kind: 'RemediationRequest',
  metadata: { name, namespace },
  spec: { clusters: ['lab'], scope: 'Workload', target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' }, failure: { class: 'OOMKilled', message: 'killed', fingerprint: `sha256:${'0'.repeat(64)}` } },
});
const account = (name: string): object => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: SHOP } });
const subject = (name: string): object => ({ kind: 'ServiceAccount', name, namespace: SHOP });
const READS = [{ apiGroups: ['fleetmend.dev'], resources: ['remediationrequests'], verbs: ['get', 'list'] }];
const grants: readonly object[] = [
  { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: { name: 'readers', namespace: SHOP }, rules: READS },
  { apiVersion: `${RBAC}/v1`, kind: 'RoleBinding', metadata: { name: 'readers', namespace: SHOP }, subjects: [subject('ada')], roleRef: { apiGroup: RBAC, kind: 'Role', name: 'readers' } },
  { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name: 'see-everything' }, rules: [...READS, { nonResourceURLs: ['/metrics'], verbs: ['get'] }] },
  { apiVersion: `${RBAC}/v1`, kind: 'ClusterRoleBinding', metadata: { name: 'see-everything' }, subjects: [subject('operator')], roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'see-everything' } },
];

const tokenOf = async (name: string): Promise<string> => (await kubectlIn(lab, ['create', 'token', name, '--namespace', SHOP])).trim();
const read = async (path: string, token?: string): Promise<{ readonly status: number; readonly names: readonly string[] | undefined }> => {
  const response = await fetch(`${world.url}${path}`, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
  const { items } = (await response.json().catch(() => ({}))) as { readonly items?: readonly { readonly name: string }[] };
  // Other specs of the run leave requests of their own.
  return { status: response.status, names: items?.map(({ name }) => name).filter((name) => name.startsWith('rr-see-')).sort() };
};

beforeAll(async () => {
  await kubectlIn(lab, ['apply', '--server-side', '--force-conflicts', '-f', join(ROOT, 'crds')]);
  await kubectlIn(lab, ['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [SYSTEM, SHOP, BILLING].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })) }));
  // The rights that an operator gives the hub, and no more.
  await kubectlIn(lab, ['apply', '-f', join(ROOT, 'charts', 'fleetmend-hub', 'rbac.yaml')]);
  await until('our kinds are served', 30, async () => (await kubectlIn(lab, ['get', 'rr', '--all-namespaces', '--output', 'name'])) !== undefined);
  const items = [...['ada', 'operator', 'eve'].map(account), ...grants, aRequest(SHOP, 'rr-see-shop'), aRequest(BILLING, 'rr-see-billing')];
  await kubectlIn(lab, ['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  world.connection = loadKubeconfig({ files: [await serviceAccountKubeconfig(lab, { namespace: SYSTEM, name: 'fleetmend-hub', folder })] });
  const config = { profile: 'sandbox', stateDir: join(folder, 'hub'), http: { host: '0.0.0.0', port: 0 }, forges: { local: { kind: 'local' } }, policyEngine: { kind: 'opa-wasm', bundle: join(ROOT, 'policies', 'bundle') } };
  world.hub = await startHub(HubConfig.parse(config), {
    clock: systemClock,
    random: seededRandom(1),
    log: createLogger({ level: 'silent', service: 'hub' }),
    env: { PATH: process.env.PATH },
    fetch,
    bus: createInProcessBus({ clock: systemClock }),
    kubernetes: world.connection,
  });
  world.url = `http://127.0.0.1:${new URL(world.hub.url).port}`;
}, 90_000);

afterAll(async () => {
  await world.hub?.stop();
  await world.connection?.close();
  await kubectlIn(lab, ['delete', 'clusterrole,clusterrolebinding', 'see-everything', '--ignore-not-found']);
  await kubectlIn(lab, ['delete', 'namespace', SHOP, BILLING, '--wait=false', '--ignore-not-found']);
  rmSync(folder, { recursive: true, force: true });
});

describe('a hub that asks a real API server who may see what, with the rights of its chart', () => {
  it('shows who may list requests in one namespace those and no others', async () => {
    const token = await tokenOf('ada');
    expect(await read('/api/requests', token)).toEqual({ status: 200, names: ['rr-see-shop'] });
    expect((await read(`/api/requests/${SHOP}/rr-see-shop/story`, token)).status).toBe(200);
    expect((await read(`/api/requests/${BILLING}/rr-see-billing/story`, token)).status).toBe(403);
    expect((await read('/metrics', token)).status).toBe(403);
  });

  it('shows who may list them everywhere all of them, and the metrics to whom a role names their path', async () => {
    const token = await tokenOf('operator');
    expect(await read('/api/requests', token)).toEqual({ status: 200, names: ['rr-see-billing', 'rr-see-shop'] });
    expect((await read('/metrics', token)).status).toBe(200);
  });

  it('shows nothing to whom the cluster knows and has given nothing', async () => {
    expect((await read('/api/requests', await tokenOf('eve'))).status).toBe(403);
  });

  it.each([
    ['without a token', undefined],
    ['with a token that was made up', 'made-up'],
  ])('shows nothing %s', async (_, token) => {
    expect((await read('/api/requests', token)).status).toBe(401);
  });

  it('shows nothing to a token that was cut, although its name can still be read in it', async () => {
    expect((await read('/api/requests', (await tokenOf('operator')).slice(0, -8))).status).toBe(401);
  });
});
