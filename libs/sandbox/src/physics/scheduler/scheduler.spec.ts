import { minutes, seconds } from '@fleetmend/kernel';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../objects.ts';
import { findCondition } from '../runtime/conditions.ts';
import { app, smallCluster } from '../spec-support/small-cluster.ts';
import type { AppOptions } from '../spec-support/small-cluster.ts';
import type { Node } from '../shapes/cluster.ts';

const node = (name: string, labels: Record<string, string> = {}, spec: Record<string, unknown> = {}): KubeObject => ({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec });

describe('a pod that fits nowhere says why in the scheduler\'s words', () => {
  const cases: readonly (readonly [title: string, options: AppOptions, nodes: readonly KubeObject[], message: string])[] = [
    ['more memory than any node has', { resources: { requests: { memory: '500Gi' } } }, [], '0/1 nodes are available: 1 Insufficient memory. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.'],
    ['a label that no node has', { pod: { nodeSelector: { disk: 'ssd' } } }, [], "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."],
    [
      'one node too small, one tainted',
      { resources: { requests: { cpu: '16' } } },
      [node('node-2', {}, { taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }] })],
      '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {dedicated: gpu}. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
    ],
    ['a claim that does not exist', { pod: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] } }, [], '0/1 nodes are available: persistentvolumeclaim "data" not found. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.'],
  ];
  test.each(cases)('%s', async (_, options, nodes, message) => {
    const cluster = smallCluster();
    cluster.apply(...nodes);
    await cluster.clock.run(seconds(2));
    cluster.apply(app(options));
    await cluster.clock.run(seconds(5));
    expect(findCondition(cluster.pods()[0]?.status?.conditions, 'PodScheduled')).toMatchObject({ status: 'False', reason: 'Unschedulable', message });
    expect(cluster.events('FailedScheduling')[0]).toMatchObject({ type: 'Warning', message, reportingComponent: 'default-scheduler' });
    expect(cluster.pods()[0]?.status?.phase).toBe('Pending');
  });
});

test('a full node takes the pod once another one is gone', async () => {
  const cluster = smallCluster();
  cluster.apply(app({ name: 'big', resources: { requests: { memory: '6Gi' } } }));
  await cluster.clock.run(seconds(10));
  cluster.apply(app({ name: 'next', resources: { requests: { memory: '4Gi' } } }));
  await cluster.clock.run(seconds(10));
  expect(cluster.events('FailedScheduling')[0]?.message).toBe('0/1 nodes are available: 1 Insufficient memory. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.');
  cluster.apply(app({ name: 'big', replicas: 0, resources: { requests: { memory: '6Gi' } } }));
  await cluster.clock.run(seconds(20));
  expect(cluster.pods().map(({ metadata, status }) => [metadata.labels?.['app'], status?.phase])).toEqual([['next', 'Running']]);
});

test('pods spread over the nodes', async () => {
  const cluster = smallCluster();
  cluster.apply(node('node-2'), node('node-3'));
  await cluster.clock.run(seconds(2));
  cluster.apply(app({ replicas: 6, resources: { requests: { cpu: '100m' } } }));
  await cluster.clock.run(seconds(20));
  const counts = ['node-1', 'node-2', 'node-3'].map((name) => cluster.pods().filter(({ spec }) => spec.nodeName === name).length);
  expect(counts).toEqual([2, 2, 2]);
});

describe('a node', () => {
  test('registers with conditions, addresses, capacity and a lease that is renewed', async () => {
    const cluster = smallCluster();
    await cluster.clock.run(seconds(5));
    const found = cluster.objects.get<Node>('v1', 'Node', undefined, 'node-1');
    expect(findCondition(found?.status?.conditions, 'Ready')).toMatchObject({ status: 'True', reason: 'KubeletReady' });
    expect(found?.status).toMatchObject({ capacity: { cpu: '4', memory: '8Gi', pods: '110' }, allocatable: { cpu: '4', memory: '8Gi' } });
    const lease = () => cluster.objects.get('coordination.k8s.io/v1', 'Lease', 'kube-node-lease', 'node-1')?.['spec'];
    const before = lease();
    await cluster.clock.run(seconds(30));
    expect(lease()).not.toEqual(before);
  });

  test('that somebody declares lost is tainted, its pods are not ready at once and replaced after five minutes', async () => {
    const cluster = smallCluster();
    cluster.apply(app({}));
    await cluster.clock.run(seconds(10));
    cluster.apply(node('node-2'));
    const lost = cluster.objects.get<Node>('v1', 'Node', undefined, 'node-1');
    if (!lost) throw new Error('node-1 is gone');
    const conditions = lost.status?.conditions?.map((condition) => (condition.type === 'Ready' ? { ...condition, status: 'Unknown', reason: 'NodeStatusUnknown' } : condition));
    cluster.objects.updateStatus<Node>({ ...lost, status: { ...lost.status, conditions: conditions ?? [] } }, { manager: 'kubectl-edit' });
    await cluster.clock.run(seconds(10));
    expect(cluster.objects.get<Node>('v1', 'Node', undefined, 'node-1')?.spec?.taints?.map(({ key, effect }) => `${key}:${effect}`)).toEqual(['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute']);
    expect(findCondition(cluster.pods()[0]?.status?.conditions, 'Ready')?.status).toBe('False');
    await cluster.clock.run(minutes(6));
    const states = cluster.pods().map(({ spec, metadata }) => [spec.nodeName, metadata.deletionTimestamp !== undefined]);
    expect(states).toContainEqual(['node-1', true]);
    expect(states).toContainEqual(['node-2', false]);
  });
});
