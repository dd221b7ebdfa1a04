import type { ClassRules } from '../rule.ts';
import { takenUp } from '../taken-up.ts';
import { claimPending } from './claim-pending.ts';
import { claimLost, volumeResize } from './claim-trouble.ts';

/** Volumes that are not there, or not large enough. */
export const storageRules: ClassRules = {
  PersistentVolumeClaimPending: takenUp(claimPending),
  PersistentVolumeClaimLost: claimLost,
  VolumeResizeFailed: volumeResize,
};
