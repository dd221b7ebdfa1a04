import { seconds } from '@fleetmend/kernel';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../objects.ts';
import { app, smallCluster, TESTER } from '../spec-support/small-cluster.ts';
import type { Claim, PersistentVolume } from '../shapes/storage.ts';

const claim = (spec: Record<string, unknown>, metadata: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', namespace: 'shop', ...metadata },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } }, ...spec },
});
const storageClass = (name: string, rest: Record<string, unknown> = {}): KubeObject => ({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, provisioner: 'lab.fleet.local/any', ...rest });
const volume = (name: string, spec: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '10Gi' }, hostPath: { path: '/data' }, ...spec },
});
const inZone = (zone: string) => ({ required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: [zone] }] }] } });
const mounted = { pod: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] } };

async function play(...objects: readonly KubeObject[]) {
  const cluster = smallCluster();
  cluster.apply(...objects);
  await cluster.clock.run(seconds(20));
  const found = () => cluster.objects.get<Claim>('v1', 'PersistentVolumeClaim', 'shop', 'data');
  const phase = () => found()?.status?.phase;
  const said = (reason: string) => cluster.events(reason).at(-1)?.message;
  return { ...cluster, claim: found, phase, said };
}

describe('a claim that gets no volume says why', () => {
  test.each<[string, readonly KubeObject[], string, string]>([
    ['its class does not exist', [claim({ storageClassName: 'fast-ssd' })], 'ProvisioningFailed', 'storageclass.storage.k8s.io "fast-ssd" not found'],
    ['it has no class, and there is no default', [claim({})], 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set'],
    ['it wants no class', [storageClass('standard'), claim({ storageClassName: '' })], 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set'],
    ['nobody has used it yet', [storageClass('local', { volumeBindingMode: 'WaitForFirstConsumer' }), claim({ storageClassName: 'local' })], 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding'],
    [
      'its provisioner does not answer', [storageClass('ebs', { provisioner: 'ebs.csi.aws.com' }), claim({ storageClassName: 'ebs' })], 'ExternalProvisioning',
      "Waiting for a volume to be created either by the external provisioner 'ebs.csi.aws.com' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
    ],
    ['its class provisions nothing', [storageClass('manual', { provisioner: 'kubernetes.io/no-provisioner' }), claim({ storageClassName: 'manual' })], 'ProvisioningFailed', 'no volume plugin matched name: kubernetes.io/no-provisioner'],
    ['the volume that it names is too small', [volume('pv-1', { capacity: { storage: '5Gi' } }), claim({ storageClassName: '', volumeName: 'pv-1' })], 'VolumeMismatch', 'Cannot bind to requested volume "pv-1": requested PV is too small'],
    ['the volume that it names is written by others', [volume('pv-1'), claim({ storageClassName: '', volumeName: 'pv-1', accessModes: ['ReadWriteMany'] })], 'VolumeMismatch', 'Cannot bind to requested volume "pv-1": incompatible accessMode'],
    ['the volume that it names is taken', [volume('pv-1', { claimRef: { namespace: 'shop', name: 'other' } }), claim({ storageClassName: '', volumeName: 'pv-1' })], 'FailedBinding', 'volume "pv-1" already bound to a different claim.'],
  ])('%s', async (_, objects, reason, message) => {
    const world = await play(...objects);
    expect(world.phase()).toBe('Pending');
    expect(world.said(reason)).toBe(message);
  });
});

test('a claim takes the smallest free volume that fits, before one is provisioned', async () => {
  const world = await play(volume('large', { capacity: { storage: '50Gi' } }), volume('right', { capacity: { storage: '20Gi' } }), volume('small', { capacity: { storage: '1Gi' } }), claim({ storageClassName: '' }));
  expect(world.claim()).toMatchObject({ spec: { volumeName: 'right' }, status: { phase: 'Bound', capacity: { storage: '20Gi' } } });
  expect(world.objects.get<PersistentVolume>('v1', 'PersistentVolume', undefined, 'right')?.status?.phase).toBe('Bound');
});

test('a claim that waits for its pod gets a volume where the pod goes, and the pod starts then', async () => {
  const world = await play(storageClass('local', { volumeBindingMode: 'WaitForFirstConsumer' }), claim({ storageClassName: 'local' }), app(mounted));
  expect(world.phase()).toBe('Bound');
  expect(world.claim()?.metadata.annotations).toMatchObject({ 'volume.kubernetes.io/selected-node': 'node-1' });
  expect(world.pods()[0]?.status?.phase).toBe('Running');
});

test('a claim whose volume is gone is lost, and so is its pod to the scheduler', async () => {
  const world = await play(storageClass('standard'), claim({ storageClassName: 'standard' }));
  world.objects.delete('v1', 'PersistentVolume', undefined, world.claim()?.spec.volumeName ?? '');
  world.apply(app(mounted));
  await world.clock.run(seconds(20));
  expect(world.phase()).toBe('Lost');
  expect(world.said('ClaimLost')).toBe('Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  expect(world.said('FailedScheduling')).toMatch(/^0\/1 nodes are available: persistentvolumeclaim "data" bound to non-existent persistentvolume "pvc-.*"\. not found$/);
});

test('a volume of a claim that is gone is nobody else\'s: released, or deleted where that is its policy', async () => {
  const world = await play(volume('kept'), claim({ storageClassName: '', volumeName: 'kept' }));
  world.objects.delete('v1', 'PersistentVolumeClaim', 'shop', 'data');
  await world.clock.run(seconds(5));
  expect(world.objects.get<PersistentVolume>('v1', 'PersistentVolume', undefined, 'kept')?.status?.phase).toBe('Released');
  world.apply(claim({ storageClassName: '' }));
  await world.clock.run(seconds(20));
  expect(world.phase()).toBe('Pending');
});

test('a bound claim that asks for more room gets it', async () => {
  const world = await play(storageClass('standard', { allowVolumeExpansion: true }), claim({ storageClassName: 'standard' }));
  const bound = world.claim();
  if (!bound) throw new Error('the claim is gone');
  world.objects.update<Claim>({ ...bound, spec: { ...bound.spec, resources: { requests: { storage: '20Gi' } } } }, TESTER);
  await world.clock.run(seconds(5));
  expect(world.claim()?.status?.capacity).toEqual({ storage: '20Gi' });
});

describe('the scheduler', () => {
  const zoned = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1', labels: { 'topology.kubernetes.io/zone': 'a' } } };
  const AFTER = 'no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';

  test.each<[string, readonly KubeObject[], string]>([
    ['does not send a pod away from its volume', [volume('pv-1', { nodeAffinity: inZone('b') }), claim({ storageClassName: '', volumeName: 'pv-1' })], `0/1 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity. ${AFTER}`],
    [
      'finds no volume for a claim that waits', [storageClass('local', { provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' }), volume('pv-1', { storageClassName: 'local', nodeAffinity: inZone('b') }), claim({ storageClassName: 'local' })],
      `0/1 nodes are available: 1 node(s) didn't find available persistent volumes to bind. ${AFTER}`,
    ],
    ['waits for a claim that binds at once', [claim({ storageClassName: 'fast-ssd' })], `0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found`],
  ])('%s', async (_, objects, message) => {
    const world = await play(zoned, ...objects, app(mounted));
    expect(world.said('FailedScheduling')).toBe(message);
  });

  test('lets no second pod have a claim that is for one pod only', async () => {
    const world = await play(storageClass('standard'), claim({ storageClassName: 'standard', accessModes: ['ReadWriteOncePod'] }), app({ ...mounted, replicas: 2 }));
    expect(world.pods().map(({ status }) => status?.phase).sort()).toEqual(['Pending', 'Running']);
    expect(world.said('FailedScheduling')).toMatch(/^0\/1 nodes are available: 1 node\(s\) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod\./);
  });
});
