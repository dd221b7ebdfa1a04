import { minutes, readQuantity } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { Detector } from '@fleetmend/plugin-api';
import { claimFinding, CLAIM_USER_READS } from '../claim-target.ts';
import { EVENT_READ } from '../events.ts';
import { conditionOf, newestEvent } from '../owners.ts';

/** A claim that asks for more room than it has, and does not get it. */
export const volumeResize: Detector = {
  kind: 'volume-resize',
  classes: ['VolumeResizeFailed'],
  reads: [
    ...CLAIM_USER_READS,
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', resource: 'persistentvolumeclaims', fields: ['spec.resources.requests.storage', 'status.phase', 'status.capacity.storage', 'status.conditions'] },
    EVENT_READ,
  ],
  inspects: ['PersistentVolumeClaim'],
  // Growing a disk and its file system takes minutes.
  dwell: { time: minutes(5) },
  explainedBy: [],
  inspect(object, world) {
    if (object.kind !== 'PersistentVolumeClaim' || object.metadata.deletionTimestamp !== undefined || !wantsMore(object)) return [];
    const failed = ['ControllerResizeError', 'NodeResizeError'].map((type) => ({ type, condition: conditionOf(object, type) })).find(({ condition }) => condition?.status === 'True');
    if (failed?.condition) return sight(object, failed.type, failed.condition.message);
    const note = newestEvent(object, world, ['VolumeResizeFailed']);
    if (note) return sight(object, 'ResizeFailed', note.message);
    return conditionOf(object, 'FileSystemResizePending')?.status === 'True' ? sight(object, 'FileSystemResizePending', 'the file system grows only when its pods are started anew') : [];

    function sight(claim: KubeObject, subCause: string, message = '') {
      return claimFinding(claim, world, { class: 'VolumeResizeFailed', subCause, reason: subCause, message: message || `claim ${claim.metadata.name} is not resized` });
    }
  },
};

interface ClaimView {
  readonly spec?: { readonly resources?: { readonly requests?: { readonly storage?: string } } };
  readonly status?: { readonly phase?: string; readonly capacity?: { readonly storage?: string } };
}

function wantsMore(claim: KubeObject): boolean {
  const { spec, status } = claim as ClaimView & KubeObject;
  const [wanted, has] = [readQuantity(spec?.resources?.requests?.storage), readQuantity(status?.capacity?.storage)];
  return status?.phase === 'Bound' && wanted !== undefined && has !== undefined && wanted > has;
}
