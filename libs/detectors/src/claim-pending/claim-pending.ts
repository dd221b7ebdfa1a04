import { seconds } from '@fleetmend/kernel';
import type { KubeObject, ObjectRef } from '@fleetmend/model';
import type { Detector, ResourceRead, World } from '@fleetmend/plugin-api';
import { claimFinding, CLAIM_USER_READS, type ClaimSight } from '../claim-target.ts';
import { EVENT_READ } from '../events.ts';
import { newestEvent } from '../owners.ts';

const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

const READS: readonly ResourceRead[] = [
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim', resource: 'persistentvolumeclaims', fields: ['metadata.annotations.volume\\.kubernetes\\.io/selected-node', 'spec.storageClassName', 'spec.volumeName', 'status.phase'] },
  { apiVersion: 'v1', kind: 'PersistentVolume', resource: 'persistentvolumes', fields: [] },
  { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', resource: 'storageclasses', fields: ['volumeBindingMode'] },
];

/** A claim that gets no volume. */
export const claimPending: Detector = {
  kind: 'claim-pending',
  classes: ['PersistentVolumeClaimPending'],
  reads: [...CLAIM_USER_READS, ...READS, EVENT_READ],
  inspects: ['PersistentVolumeClaim'],
  dwell: { time: seconds(60) },
  explainedBy: [],
  inspect(object, world) {
    if (object.kind !== 'PersistentVolumeClaim' || object.metadata.deletionTimestamp !== undefined) return [];
    const { status } = object as ClaimView & KubeObject;
    if (status?.phase !== 'Pending') return [];
    const sight = sightOf(object, world);
    return sight ? claimFinding(object, world, { class: 'PersistentVolumeClaimPending', ...sight }) : [];
  },
};

interface ClaimView {
  readonly spec?: { readonly storageClassName?: string; readonly volumeName?: string };
  readonly status?: { readonly phase?: string };
}

function sightOf(claim: KubeObject, world: World): Omit<ClaimSight, 'class'> | undefined {
  const { spec } = claim as ClaimView & KubeObject;
  const { storageClassName, volumeName } = spec ?? {};
  if (volumeName) return namedVolume(claim, volumeName, world);
  if (!storageClassName) {
    const note = newestEvent(claim, world, ['FailedBinding']);
    return note && { subCause: 'NoClass', reason: note.reason, message: note.message };
  }
  const cause: ObjectRef = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name: storageClassName };
  const storageClass = world.get('storage.k8s.io/v1', 'StorageClass', undefined, storageClassName);
  if (!storageClass) return { subCause: 'ClassNotFound', reason: newestEvent(claim, world, ['ProvisioningFailed'])?.reason ?? 'Pending', message: `StorageClass ${storageClassName} does not exist`, cause };
  // Waiting for a pod that has a node is what such a class is for; until then the pod has the say.
  if ((storageClass as { volumeBindingMode?: string } & KubeObject).volumeBindingMode === 'WaitForFirstConsumer' && claim.metadata.annotations?.[SELECTED_NODE] === undefined) return undefined;
  const note = newestEvent(claim, world, ['ProvisioningFailed', 'ExternalProvisioning', 'Provisioning']);
  if (!note) return undefined;
  if (note.reason !== 'ProvisioningFailed') return { subCause: 'ProvisionerSilent', reason: note.reason, message: `the provisioner of StorageClass ${storageClassName} does not answer`, cause };
  const subCause = /access ?modes?|ReadWriteMany|MULTI_NODE/i.test(note.message) ? 'AccessMode' : 'ProvisioningFailed';
  return { subCause, reason: note.reason, message: note.message, cause };
}

function namedVolume(claim: KubeObject, name: string, world: World): Omit<ClaimSight, 'class'> {
  const cause: ObjectRef = { apiVersion: 'v1', kind: 'PersistentVolume', name };
  // The volume controller says nothing at all about a volume that does not exist.
  if (!world.get('v1', 'PersistentVolume', undefined, name)) return { subCause: 'VolumeNotFound', reason: 'VolumeNotFound', message: `PersistentVolume ${name} does not exist`, cause };
  const note = newestEvent(claim, world, ['VolumeMismatch', 'FailedBinding']);
  return { subCause: note?.reason === 'FailedBinding' ? 'VolumeTaken' : 'VolumeMismatch', reason: note?.reason ?? 'Pending', message: note?.message ?? `PersistentVolume ${name} is not bound to the claim`, cause };
}
