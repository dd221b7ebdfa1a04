import { readQuantity } from '@fleetmend/kernel';
import { matchesSelector, meets } from '../runtime/selectors.ts';
import type { Node } from '../shapes/cluster.ts';
import type { Claim, PersistentVolume } from '../shapes/storage.ts';

/** Whether the volume is reserved for this claim, or bound to it. */
export function isBoundTo({ spec: { claimRef } }: PersistentVolume, { metadata }: Claim): boolean {
  if (!claimRef || claimRef.name !== metadata.name || claimRef.namespace !== metadata.namespace) return false;
  return !claimRef.uid || claimRef.uid === metadata.uid;
}

export function fitsNode({ spec }: PersistentVolume, node: Node): boolean {
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms;
  if (!terms) return true;
  return terms.some(({ matchExpressions = [], matchFields = [] }) => matchExpressions.every((one) => meets(one, node.metadata.labels ?? {})) && matchFields.every((one) => meets(one, { 'metadata.name': node.metadata.name })));
}

/** Why a claim that names this volume cannot have it, in the volume controller's words. */
export function mismatch(volume: PersistentVolume, claim: Claim): string | undefined {
  if (volume.metadata.deletionTimestamp) return `the volume is marked for deletion "${volume.metadata.name}"`;
  if (sizeOf(volume.spec.capacity?.storage) < sizeOf(claim.spec.resources?.requests?.storage)) return 'requested PV is too small';
  if ((volume.spec.storageClassName ?? '') !== (claim.spec.storageClassName ?? '')) return 'storageClassName does not match';
  if (modeOf(volume) !== modeOf(claim)) return 'incompatible volumeMode';
  return hasAccessModes(volume, claim) ? undefined : 'incompatible accessMode';
}

/**
 * The volume that a claim gets of those that exist: the one that is reserved for it, else the smallest that fits. With a node the scheduler asks,
 * without one the volume controller, which leaves claims that wait for a pod alone.
 */
export function findVolume(claim: Claim, volumes: readonly PersistentVolume[], { node, waits }: { readonly node?: Node; readonly waits: boolean }): PersistentVolume | undefined {
  const large = volumes.filter((volume) => (!volume.spec.claimRef || isBoundTo(volume, claim)) && !volume.metadata.deletionTimestamp && modeOf(volume) === modeOf(claim) && sizeOf(volume.spec.capacity?.storage) >= sizeOf(claim.spec.resources?.requests?.storage));
  const reserved = large.find((volume) => isBoundTo(volume, claim));
  if (reserved) return node && !fitsNode(reserved, node) ? undefined : reserved;
  if (!node && waits) return undefined;
  return large
    .filter((volume) => volume.status?.phase === 'Available' && (!claim.spec.selector || matchesSelector(claim.spec.selector, volume.metadata.labels)))
    .filter((volume) => (volume.spec.storageClassName ?? '') === (claim.spec.storageClassName ?? '') && hasAccessModes(volume, claim) && (!node || fitsNode(volume, node)))
    .sort((a, b) => Number(sizeOf(a.spec.capacity?.storage) - sizeOf(b.spec.capacity?.storage)) || a.metadata.name.localeCompare(b.metadata.name))[0];
}

function hasAccessModes(volume: PersistentVolume, claim: Claim): boolean {
  return (claim.spec.accessModes ?? []).every((mode) => volume.spec.accessModes?.includes(mode));
}

const modeOf = ({ spec }: Claim | PersistentVolume): string => spec.volumeMode ?? 'Filesystem';

function sizeOf(amount: string | undefined): bigint {
  return readQuantity(amount) ?? 0n;
}
