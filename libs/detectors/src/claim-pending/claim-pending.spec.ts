import type { KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { aClaim, aStorageClass, aVolume, claimEvent, user, world } from '../claim.fixture.ts';
import { claimPending } from './claim-pending.ts';

const inspect = (claim: KubeObject, ...others: readonly KubeObject[]) => inspectPurely(claimPending, claim, world(...others));
const fast = aClaim({ spec: { storageClassName: 'fast' } });
const selected = { annotations: { 'volume.kubernetes.io/selected-node': 'node-1' } };

describe('claim-pending', () => {
  it.each<[string, KubeObject, readonly KubeObject[], string, object]>([
    ['its class does not exist', fast, [claimEvent('ProvisioningFailed', 'storageclass.storage.k8s.io "fast" not found')], 'ClassNotFound', { kind: 'StorageClass', name: 'fast' }],
    ['it has no class', aClaim(), [claimEvent('FailedBinding', 'no persistent volumes available for this claim and no storage class is set')], 'NoClass', { kind: 'PersistentVolumeClaim', name: 'data' }],
    ['its provisioner does not answer', fast, [aStorageClass('fast'), claimEvent('ExternalProvisioning', 'Waiting for a volume to be created')], 'ProvisionerSilent', { kind: 'StorageClass', name: 'fast' }],
    ['its provisioner knows no such access mode', fast, [aStorageClass('fast'), claimEvent('ProvisioningFailed', 'failed to provision volume with StorageClass "fast": rpc error: code = InvalidArgument desc = ReadWriteMany is not supported')], 'AccessMode', { kind: 'StorageClass', name: 'fast' }],
    ['its provisioner fails', fast, [aStorageClass('fast'), claimEvent('ProvisioningFailed', 'failed to provision volume: rpc error: code = ResourceExhausted')], 'ProvisioningFailed', { kind: 'StorageClass', name: 'fast' }],
    ['it has its node, and yet no volume', aClaim({ spec: { storageClassName: 'fast' }, metadata: selected }), [aStorageClass('fast', { volumeBindingMode: 'WaitForFirstConsumer' }), claimEvent('ExternalProvisioning', 'Waiting')], 'ProvisionerSilent', { kind: 'StorageClass', name: 'fast' }],
    ['it names a volume that does not exist', aClaim({ spec: { volumeName: 'pv-1', storageClassName: '' } }), [], 'VolumeNotFound', { kind: 'PersistentVolume', name: 'pv-1' }],
    ['it names a volume that does not fit', aClaim({ spec: { volumeName: 'pv-1' } }), [aVolume('pv-1'), claimEvent('VolumeMismatch', 'Cannot bind to requested volume "pv-1": requested PV is too small')], 'VolumeMismatch', { kind: 'PersistentVolume', name: 'pv-1' }],
    ['it names a volume of another', aClaim({ spec: { volumeName: 'pv-1' } }), [aVolume('pv-1'), claimEvent('FailedBinding', 'volume "pv-1" already bound to a different claim.')], 'VolumeTaken', { kind: 'PersistentVolume', name: 'pv-1' }],
  ])('says why a claim gets no volume: %s', (_what, claim, others, subCause, cause) => {
    expect(inspect(claim, ...others)).toMatchObject([{ class: 'PersistentVolumeClaimPending', subCause, target: { kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data' }, cause }]);
  });

  it('is about the workload that waits for the claim, where there is one', () => {
    expect(inspect(fast, user)).toMatchObject([{ target: { kind: 'Deployment', name: 'checkout' }, cause: { kind: 'PersistentVolumeClaim', name: 'data' } }]);
  });

  it('waits a minute', () => {
    expect(claimPending.dwell.time).toBe(60_000);
  });

  it.each<[string, KubeObject, readonly KubeObject[]]>([
    ['a claim that waits for its first pod', fast, [aStorageClass('fast', { volumeBindingMode: 'WaitForFirstConsumer' }), claimEvent('WaitForFirstConsumer', 'waiting for first consumer to be created before binding')]],
    ['a claim that waits for a pod that finds no node', fast, [aStorageClass('fast', { volumeBindingMode: 'WaitForFirstConsumer' }), user, claimEvent('WaitForPodScheduled', 'waiting for pod checkout to be scheduled')]],
    ['a claim of which nothing is known yet', fast, [aStorageClass('fast')]],
    ['a claim that has its volume', aClaim({ spec: { storageClassName: 'gone' }, status: { phase: 'Bound' } }), []],
    ['a claim that is being deleted', { ...fast, metadata: { ...fast.metadata, deletionTimestamp: '2026-01-05T09:00:00Z' } }, []],
  ])('is silent about %s', (_what, claim, others) => {
    expect(inspect(claim, ...others)).toEqual([]);
  });
});
