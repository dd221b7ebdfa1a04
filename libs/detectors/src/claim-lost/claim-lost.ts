import { seconds } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { Detector } from '@fleetmend/plugin-api';
import { claimFinding, CLAIM_USER_READS } from '../claim-target.ts';
import { EVENT_READ } from '../events.ts';
import { newestEvent } from '../owners.ts';

/** A claim whose volume is gone, or belongs to another claim. */
export const claimLost: Detector = {
  kind: 'claim-lost',
  classes: ['PersistentVolumeClaimLost'],
  reads: [...CLAIM_USER_READS, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', resource: 'persistentvolumeclaims', fields: ['spec.volumeName', 'status.phase'] }, EVENT_READ],
  inspects: ['PersistentVolumeClaim'],
  // The phase is final; the time only lets a claim that is being deleted go.
  dwell: { time: seconds(10) },
  explainedBy: [],
  inspect(object, world) {
    if (object.kind !== 'PersistentVolumeClaim' || object.metadata.deletionTimestamp !== undefined) return [];
    const { spec, status } = object as { spec?: { volumeName?: string }; status?: { phase?: string } } & KubeObject;
    if (status?.phase !== 'Lost') return [];
    const note = newestEvent(object, world, ['ClaimLost', 'ClaimMisbound']);
    const cause = spec?.volumeName ? { cause: { apiVersion: 'v1', kind: 'PersistentVolume', name: spec.volumeName } } : {};
    return claimFinding(object, world, {
      class: 'PersistentVolumeClaimLost', subCause: note?.reason === 'ClaimMisbound' ? 'Misbound' : 'VolumeGone', reason: note?.reason ?? 'Lost',
      message: `claim ${object.metadata.name} has lost volume ${spec?.volumeName ?? '(none named)'}`, ...cause,
    });
  },
};
