import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../exit-codes.ts';
import { aServedCluster, type ServedCluster } from '../served-cluster.fixture.ts';

let cluster: ServedCluster;
beforeAll(async () => {
  cluster = await aServedCluster({ namespaces: ['shop', 'quiet'] });
  cluster.put({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'checkout', namespace: 'shop' }, spec: { replicas: 1, selector: { matchLabels: { app: 'checkout' } }, template: { metadata: { labels: { app: 'checkout' } }, spec: podSpec } } });
  const owner = (apiVersion: string, kind: string, name: string) => [{ apiVersion, kind, name, uid: cluster.objects.get(apiVersion, kind, 'shop', name)?.metadata.uid ?? '', controller: true }];
  cluster.put({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'checkout-1', namespace: 'shop', labels: { app: 'checkout' }, ownerReferences: owner('apps/v1', 'Deployment', 'checkout') }, spec: { replicas: 1, selector: { matchLabels: { app: 'checkout' } }, template: { metadata: { labels: { app: 'checkout' } }, spec: podSpec } } });
  cluster.put({ ...pod('checkout-1-a', 'shop', 'checkout'), metadata: { name: 'checkout-1-a', namespace: 'shop', labels: { app: 'checkout' }, ownerReferences: owner('apps/v1', 'ReplicaSet', 'checkout-1') }, status: killed });
  cluster.put({ ...pod('calm', 'quiet', 'calm'), status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: [{ name: 'app', ready: true, restartCount: 0, image: 'x', imageID: 'x', state: { running: { startedAt: AT } } }] } });
});
afterAll(() => cluster.close());

const AT = '2026-01-05T09:00:00Z';
const podSpec = { containers: [{ name: 'app', image: '127.0.0.1:5999/labapp:1', resources: { limits: { memory: '64Mi' }, requests: { memory: '32Mi' } } }] };
const pod = (name: string, namespace: string, app: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels: { app } }, spec: { nodeName: 'node-1', ...podSpec } });
const terminated = { exitCode: 137, reason: 'OOMKilled', startedAt: AT, finishedAt: AT };
const killed = {
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: AT }],
  containerStatuses: [{ name: 'app', ready: false, restartCount: 4, image: 'x', imageID: 'x', state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated } }],
};

describe('a scan of a cluster that nothing is installed in', () => {
  it('prints who suffers, from what, and what would be changed', async () => {
    const { status, out } = await cluster.run('scan', '--for', '100ms');
    expect(status).toBe(EXIT.ok);
    expect(out).toMatch(/shop +Deployment\/checkout \[app\] +OOMKilled .*limits\.memory: 64Mi → 128Mi/);
    expect(out).toContain('1 failing, 1 with a change to propose');
    expect(out).not.toContain('calm');
  });

  it('says the same to a program', async () => {
    const { out } = await cluster.run('scan', '--for', '100ms', '-o', 'json');
    const { failures } = JSON.parse(out) as { failures: { class: string; change: { path: string; from: string; to: string }[] }[] };
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ class: 'OOMKilled', namespace: 'shop', target: 'Deployment/checkout' });
    expect(failures[0]?.change).toContainEqual({ path: 'spec.template.spec.containers[name=app].resources.limits.memory', from: '64Mi', to: '128Mi' });
  });

  it('writes nothing at all', () => {
    expect(cluster.seen.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('says at the end what it was not let look at, and who stayed silent for it', async () => {
    cluster.deny('storageclasses', 'applications');
    const { status, out } = await cluster.run('scan', '--for', '100ms');
    expect(status).toBe(EXIT.ok);
    expect(out).toContain('1 failing');
    expect(out).toMatch(/Not looked at[^]*applications: nothing was said by argo-application, drift[^]*storageclasses: less by/);
    const { notLookedAt } = JSON.parse((await cluster.run('scan', '--for', '100ms', '-o', 'json')).out) as { notLookedAt: { resource: string }[] };
    expect(notLookedAt.map(({ resource }) => resource)).toEqual(['applications', 'storageclasses']);
  });

  it('refuses a duration that is none', async () => {
    const { status, err } = await cluster.run('scan', '--for', 'soon');
    expect([status, err]).toEqual([EXIT.usage, expect.stringContaining('--for soon is not a duration')]);
  });
});
