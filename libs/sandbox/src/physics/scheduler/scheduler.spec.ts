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
      '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s). no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
    ],
    ['a claim that does not exist', { pod: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] } }, [], '0/1 nodes are available: persistentvolumeclaim "data" not found. not found'],
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

const NOT_HELPFUL = (nodes: number) => `no new claims to deallocate, preemption: 0/${nodes} nodes are available: ${nodes} Preemption is not helpful for scheduling.`;
const NO_VICTIMS = (nodes: number) => `no new claims to deallocate, preemption: 0/${nodes} nodes are available: ${nodes} No preemption victims found for incoming pod.`;
const alike = (name: string) => ({ labelSelector: { matchLabels: { app: name } } });

describe('pods that stand in each other\'s way', () => {
  test.each<[string, AppOptions, string]>([
    ['a port of the node', { ports: [{ containerPort: 8080, hostPort: 80 }] }, `0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports. ${NO_VICTIMS(2)}`],
    ['anti-affinity', { pod: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...alike('checkout'), topologyKey: 'kubernetes.io/hostname' }] } } } }, `0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules. ${NO_VICTIMS(2)}`],
    [
      'a spread that counts more domains than there are', { pod: { topologySpreadConstraints: [{ maxSkew: 1, minDomains: 3, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule', ...alike('checkout') }] } },
      `0/2 nodes are available: 2 node(s) didn't match pod topology spread constraints. ${NO_VICTIMS(2)}`,
    ],
  ])('through %s: the third of two finds no place', async (_, options, message) => {
    const cluster = smallCluster();
    cluster.apply(node('node-2', { 'kubernetes.io/hostname': 'node-2' }), app({ replicas: 3, ...options }));
    await cluster.clock.run(seconds(20));
    expect(cluster.pods().filter(({ spec }) => spec.nodeName).length).toBe(2);
    expect(cluster.events('FailedScheduling').at(-1)?.message).toBe(message);
  });

  test('a pod that wants to be near one that is nowhere, and one that another will not have near', async () => {
    const near = (name: string) => [{ ...alike(name), topologyKey: 'kubernetes.io/hostname' }];
    const cluster = smallCluster();
    cluster.apply(app({ name: 'web', pod: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: near('cash') } } } }), app({ name: 'lonely', pod: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: near('guest') } } } }));
    await cluster.clock.run(seconds(20));
    cluster.apply(app({ name: 'guest' }));
    await cluster.clock.run(seconds(20));
    expect(cluster.events('FailedScheduling').map(({ message }) => message).sort()).toEqual([
      `0/1 nodes are available: 1 node(s) didn't match pod affinity rules. ${NOT_HELPFUL(1)}`,
      `0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules. ${NO_VICTIMS(1)}`,
    ]);
  });
});

test('a gate keeps the scheduler away, and the API says so', async () => {
  const cluster = smallCluster();
  cluster.apply(app({ pod: { schedulingGates: [{ name: 'example.org/quota' }] } }));
  await cluster.clock.run(seconds(5));
  expect(findCondition(cluster.pods()[0]?.status?.conditions, 'PodScheduled')).toMatchObject({ status: 'False', reason: 'SchedulingGated', message: 'Scheduling is blocked due to non-empty scheduling gates' });
  expect(cluster.events('FailedScheduling')).toEqual([]);
});

test('a pod of higher priority takes the place of a lower one, unless its class forbids that', async () => {
  const priority = (name: string, value: number, preemptionPolicy = 'PreemptLowerPriority'): KubeObject => ({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value, preemptionPolicy });
  const large = { resources: { requests: { cpu: '3' } } };
  const cluster = smallCluster();
  cluster.apply(priority('high', 1000), priority('patient', 10, 'Never'), app({ name: 'batch', ...large }));
  await cluster.clock.run(seconds(10));
  cluster.apply(app({ name: 'waits', ...large, pod: { priorityClassName: 'patient' } as AppOptions['pod'] & object }));
  await cluster.clock.run(seconds(10));
  expect(cluster.events('FailedScheduling')[0]?.message).toBe('0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.');
  cluster.apply(app({ name: 'urgent', ...large, pod: { priorityClassName: 'high' } as AppOptions['pod'] & object }));
  await cluster.clock.run(seconds(60));
  const running = cluster.pods().filter(({ spec, metadata }) => spec.nodeName && !metadata.deletionTimestamp);
  expect(running.map(({ metadata }) => metadata.labels?.['app'])).toEqual(['urgent']);
  expect(cluster.events('Preempted')[0]?.message).toMatch(/^Preempted by pod .+ on node node-1$/);
});

test('a pod that is bound to a node that does not exist is deleted and made again', async () => {
  const cluster = smallCluster();
  cluster.apply(app({ pod: { nodeName: 'node-9' } }));
  await cluster.clock.run(seconds(15));
  const first = cluster.pods()[0]?.metadata.name;
  await cluster.clock.run(seconds(60));
  expect(cluster.pods()[0]?.metadata.name).not.toBe(first);
  expect(cluster.pods()).toMatchObject([{ spec: { nodeName: 'node-9' }, status: { phase: 'Pending' } }]);
});

test('a taint of effect NoExecute drives out who does not tolerate it, at once', async () => {
  const cluster = smallCluster();
  cluster.apply(app({}), app({ name: 'patient', pod: { tolerations: [{ key: 'maintenance', operator: 'Exists' }] } }));
  await cluster.clock.run(seconds(10));
  cluster.apply(node('node-1', { 'kubernetes.io/hostname': 'node-1' }, { taints: [{ key: 'maintenance', value: 'true', effect: 'NoExecute' }] }));
  await cluster.clock.run(seconds(60));
  expect(cluster.pods().map(({ metadata, status }) => `${metadata.labels?.['app'] ?? ''} ${status?.phase ?? ''}`).sort()).toEqual(['checkout Pending', 'patient Running']);
});

test('a node under pressure, or cordoned, says so in taints', async () => {
  const cluster = smallCluster();
  await cluster.clock.run(seconds(2));
  const before = cluster.objects.get<Node>('v1', 'Node', undefined, 'node-1');
  if (!before) throw new Error('node-1 is gone');
  cluster.objects.updateStatus<Node>({ ...before, status: { ...before.status, conditions: (before.status?.conditions ?? []).map((one) => (one.type === 'DiskPressure' ? { ...one, status: 'True' } : one)) } }, { manager: 'kubectl-edit' });
  cluster.apply(node('node-1', { 'kubernetes.io/hostname': 'node-1' }, { unschedulable: true }));
  await cluster.clock.run(seconds(2));
  expect(cluster.objects.get<Node>('v1', 'Node', undefined, 'node-1')?.spec?.taints).toEqual([{ key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule' }, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }]);
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
