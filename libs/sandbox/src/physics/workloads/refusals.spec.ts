import { minutes, seconds } from '@fleetmend/kernel';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../objects.ts';
import { findCondition } from '../runtime/conditions.ts';
import { app, smallCluster, TESTER } from '../spec-support/small-cluster.ts';

const quota = (hard: Record<string, string>): KubeObject => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'quota', namespace: 'shop' }, spec: { hard } });

describe('a Deployment whose pods are refused', () => {
  test('by a quota has no pod, a FailedCreate event in the words of the API, and a ReplicaFailure condition', async () => {
    const cluster = smallCluster();
    cluster.apply(quota({ 'requests.memory': '100Mi' }), app({ resources: { requests: { memory: '128Mi' } } }));
    await cluster.clock.run(seconds(30));
    expect(cluster.pods()).toEqual([]);
    const [event] = cluster.events('FailedCreate');
    expect(event).toMatchObject({ type: 'Warning', involvedObject: { kind: 'ReplicaSet' }, source: { component: 'replicaset-controller' } });
    expect(event?.message).toMatch(/^Error creating: pods "checkout-\w+-\w{5}" is forbidden: exceeded quota: quota, requested: requests\.memory=128Mi, used: requests\.memory=0, limited: requests\.memory=100Mi$/);
    expect(findCondition(cluster.deployment().status?.conditions, 'ReplicaFailure')).toMatchObject({ status: 'True', reason: 'FailedCreate', message: expect.stringContaining('exceeded quota') });
  });

  test('by Pod Security is created after its template satisfies it', async () => {
    const cluster = smallCluster();
    const namespace = cluster.objects.get('v1', 'Namespace', undefined, 'shop');
    if (!namespace) throw new Error('no namespace');
    cluster.objects.update<KubeObject>({ ...namespace, metadata: { ...namespace.metadata, labels: { ...namespace.metadata.labels, 'pod-security.kubernetes.io/enforce': 'restricted' } } }, TESTER);
    cluster.apply(app({}));
    await cluster.clock.run(seconds(10));
    expect(cluster.events('FailedCreate')[0]?.message).toContain('violates PodSecurity "restricted:latest"');
    const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
    cluster.apply(app({ securityContext }));
    await cluster.clock.run(seconds(30));
    expect(cluster.pods().map(({ status }) => status?.phase)).toEqual(['Running']);
    expect(findCondition(cluster.deployment().status?.conditions, 'ReplicaFailure')).toBeUndefined();
  });

  test('for a ServiceAccount that does not exist says which', async () => {
    const cluster = smallCluster();
    cluster.apply(app({ pod: { serviceAccountName: 'shop-runner' } }));
    await cluster.clock.run(seconds(10));
    expect(cluster.events('FailedCreate')[0]?.message).toContain('error looking up service account shop/shop-runner: serviceaccount "shop-runner" not found');
  });

  test('is tried again on its own once the refusal is gone, at the latest after the back-off', async () => {
    const cluster = smallCluster();
    cluster.apply(quota({ pods: '0' }), app({}));
    await cluster.clock.run(minutes(1));
    expect(cluster.pods()).toEqual([]);
    cluster.apply(quota({ pods: '5' }));
    await cluster.clock.run(seconds(30));
    expect(cluster.pods().map(({ status }) => status?.phase)).toEqual(['Running']);
  });

  test('repeats its event at most ten times in different words, then as one combined event', async () => {
    const cluster = smallCluster();
    cluster.apply(quota({ pods: '0' }), app({}));
    await cluster.clock.run(minutes(4));
    const messages = cluster.events('FailedCreate').map(({ message }) => message ?? '');
    expect(messages.length).toBeLessThanOrEqual(11);
    expect(messages.filter((message) => message.startsWith('(combined from similar events): '))).toHaveLength(1);
  });
});

describe('a Deployment that was deleted without its pods', () => {
  test('takes them over when it comes back, and starts nothing anew', async () => {
    const cluster = smallCluster();
    cluster.apply(app({}));
    await cluster.clock.run(seconds(20));
    const [pod] = cluster.pods();
    cluster.objects.delete('apps/v1', 'Deployment', 'shop', 'checkout', { propagationPolicy: 'Orphan' });
    await cluster.clock.run(seconds(20));
    expect(cluster.pods().map(({ metadata }) => metadata.uid)).toEqual([pod?.metadata.uid]);
    cluster.apply(app({}));
    await cluster.clock.run(seconds(20));
    expect(cluster.pods().map(({ metadata }) => metadata.uid)).toEqual([pod?.metadata.uid]);
    expect(cluster.deployment().status).toMatchObject({ readyReplicas: 1, updatedReplicas: 1 });
    expect(cluster.errors).toEqual([]);
  });

  test('takes its pods along otherwise, each after its grace', async () => {
    const cluster = smallCluster();
    cluster.apply(app({ replicas: 2 }));
    await cluster.clock.run(seconds(20));
    cluster.objects.delete('apps/v1', 'Deployment', 'shop', 'checkout');
    await cluster.clock.run(seconds(5));
    expect(cluster.pods()).toEqual([]);
    expect(cluster.events('Killing').map(({ message }) => message)).toEqual(['Stopping container app', 'Stopping container app']);
  });
});

test('a PodDisruptionBudget says how many of its pods may go', async () => {
  const cluster = smallCluster();
  const budget: KubeObject = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'checkout', namespace: 'shop' }, spec: { minAvailable: '50%', selector: { matchLabels: { app: 'checkout' } } } };
  cluster.apply(budget, app({ replicas: 4 }));
  await cluster.clock.run(seconds(20));
  const status = () => cluster.objects.get('policy/v1', 'PodDisruptionBudget', 'shop', 'checkout')?.['status'];
  expect(status()).toMatchObject({ disruptionsAllowed: 2, currentHealthy: 4, desiredHealthy: 2, expectedPods: 4, conditions: [{ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods' }] });
  cluster.apply({ ...budget, spec: { minAvailable: 4, selector: { matchLabels: { app: 'checkout' } } } });
  await cluster.clock.run(seconds(1));
  expect(status()).toMatchObject({ disruptionsAllowed: 0, conditions: [{ status: 'False', reason: 'InsufficientPods' }] });
});

describe('a rollout that makes no progress', () => {
  test('exceeds its deadline, and says so on the new ReplicaSet', async () => {
    const cluster = smallCluster();
    cluster.apply(app({ spec: { progressDeadlineSeconds: 60 } }));
    await cluster.clock.run(seconds(20));
    cluster.apply(app({ image: '127.0.0.1:5999/labapp:2', spec: { progressDeadlineSeconds: 60 } }));
    await cluster.clock.run(seconds(90));
    expect(findCondition(cluster.deployment().status?.conditions, 'Progressing')).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded', message: expect.stringMatching(/^ReplicaSet "checkout-\w+" has timed out progressing\.$/) });
    // The old pod stays: one of one may not be missing.
    expect(findCondition(cluster.deployment().status?.conditions, 'Available')).toMatchObject({ status: 'True' });
    expect(cluster.deployment().status).toMatchObject({ replicas: 2, updatedReplicas: 1, unavailableReplicas: 1, availableReplicas: 1 });
  });

  test('goes back to the earlier ReplicaSet when its template comes back', async () => {
    const cluster = smallCluster();
    cluster.apply(app({}));
    await cluster.clock.run(seconds(20));
    const [healthy] = cluster.pods();
    cluster.apply(app({ image: '127.0.0.1:5999/labapp:2' }));
    await cluster.clock.run(seconds(30));
    cluster.apply(app({}));
    await cluster.clock.run(seconds(30));
    expect(cluster.pods().map(({ metadata }) => metadata.uid)).toEqual([healthy?.metadata.uid]);
    expect(cluster.objects.list('apps/v1', 'ReplicaSet')).toHaveLength(2);
    expect(cluster.deployment().metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
  });

  test('with Recreate has no pod of both templates at a time', async () => {
    const cluster = smallCluster();
    cluster.apply(app({ spec: { strategy: { type: 'Recreate' } } }));
    await cluster.clock.run(seconds(20));
    cluster.apply(app({ args: ['--listen=8080'], spec: { strategy: { type: 'Recreate' } } }));
    let most = 0;
    for (let step = 0; step < 100; step += 1) {
      await cluster.clock.run(100);
      most = Math.max(most, cluster.pods().length);
    }
    expect(most).toBe(1);
    expect(cluster.pods()[0]?.spec.containers[0]?.args).toEqual(['--listen=8080']);
  });
});
