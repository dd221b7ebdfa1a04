import type { ClassRules } from '../rule.ts';
import { claimPending } from './claim-pending.ts';
import { claimLost, volumeResize } from './claim-trouble.ts';

/** Volumes that are not there, or not large enough. */
export const storageRules: ClassRules = {
  PersistentVolumeClaimPending: claimPending,
  PersistentVolumeClaimLost: claimLost,
  VolumeResizeFailed: volumeResize,
};
