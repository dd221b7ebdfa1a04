import { controllerIdentity } from '../runtime/context.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { startLoop } from '../runtime/loop.ts';
import { PROVISIONED_BY } from '../shapes/storage.ts';
import type { Claim, PersistentVolume } from '../shapes/storage.ts';

const AS = controllerIdentity('persistent-volume-binder');

/** Keeps the phase of volumes: free, held by a claim, or left behind by one that is gone, which nobody else may take. */
export function startPersistentVolumes({ objects, clock, signal, failed }: PhysicsContext): void {
  const loop = startLoop({
    name: 'persistent-volumes',
    clock,
    signal,
    failed,
    retry: { initial: 100, max: 10_000 },
    reconcile(name) {
      const volume = objects.get<PersistentVolume>('v1', 'PersistentVolume', undefined, name);
      if (!volume || volume.metadata.deletionTimestamp) return undefined;
      const phase = phaseOf(volume);
      if (phase === 'Released' && volume.spec.persistentVolumeReclaimPolicy === 'Delete' && volume.metadata.annotations?.[PROVISIONED_BY] !== undefined) objects.delete('v1', 'PersistentVolume', undefined, name);
      else if (volume.status?.phase !== phase) objects.updateStatus<PersistentVolume>({ ...volume, status: { ...volume.status, phase } }, AS);
      return undefined;
    },
  });

  function phaseOf({ spec: { claimRef } }: PersistentVolume): string {
    if (!claimRef?.uid) return 'Available';
    const claim = objects.get<Claim>('v1', 'PersistentVolumeClaim', claimRef.namespace, claimRef.name ?? '');
    return claim?.metadata.uid === claimRef.uid ? 'Bound' : 'Released';
  }

  const ends = [
    objects.watch('v1', 'PersistentVolume', ({ type, object }) => {
      if (type !== 'DELETED') loop.enqueue(object.metadata.name);
    }),
    objects.watch('v1', 'PersistentVolumeClaim', ({ type, object }) => {
      const { volumeName } = (object as Claim).spec;
      if (type === 'DELETED' && volumeName) loop.enqueue(volumeName);
    }),
  ];
  signal.addEventListener('abort', () => ends.forEach((end) => end()), { once: true });
}
