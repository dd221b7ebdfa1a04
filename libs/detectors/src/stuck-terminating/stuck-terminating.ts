import { minutes } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { Detector, ResourceRead } from '@fleetmend/plugin-api';
import { findingOf, POD_AND_OWNER_READS } from '../target.ts';

const DELETION_READ: ResourceRead = { apiVersion: 'v1', kind: 'Pod', resource: 'pods', fields: ['metadata.finalizers', 'metadata.deletionGracePeriodSeconds'] };
/** Longer than this may take a while on purpose. */
const LONGEST_GRACE = 240;

/** A pod that was deleted, and stays. */
export const stuckTerminating: Detector = {
  kind: 'stuck-terminating',
  classes: ['StuckTerminating'],
  reads: [...POD_AND_OWNER_READS, DELETION_READ],
  inspects: ['Pod'],
  dwell: { time: minutes(5) },
  explainedBy: [],
  inspect(object, world) {
    if (object.kind !== 'Pod' || object.metadata.deletionTimestamp === undefined) return [];
    const { finalizers = [], deletionGracePeriodSeconds = 30 } = object.metadata as Deleted;
    if (deletionGracePeriodSeconds > LONGEST_GRACE) return [];
    const held = finalizers.length > 0;
    return findingOf(object, undefined, world, {
      class: 'StuckTerminating', subCause: held ? 'Finalizer' : 'Node', reason: 'Terminating',
      message: held ? `the pod waits for its finalizers ${finalizers.join(', ')}` : 'the pod does not end although its grace period is over',
    });
  },
};

type Deleted = KubeObject['metadata'] & { readonly finalizers?: readonly string[]; readonly deletionGracePeriodSeconds?: number };
