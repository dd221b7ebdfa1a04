import type { ClusterObjects } from '../../objects.ts';
import { findVolume, fitsNode } from '../cluster/volume-match.ts';
import { matchesLabels } from '../runtime/selectors.ts';
import type { Node } from '../shapes/cluster.ts';
import type { Pod } from '../shapes/pod.ts';
import { NO_PROVISIONER, SELECTED_NODE } from '../shapes/storage.ts';
import type { Claim, PersistentVolume, StorageClass } from '../shapes/storage.ts';
import type { Misfit, Snapshot } from './node-match.ts';

/** The claims of one pod, as far as they decide where it can go. */
export interface PodClaims {
  /** The volume of each bound claim; `undefined` where it does not exist. */
  readonly bound: readonly (PersistentVolume | undefined)[];
  /** Claims that get their volume with this pod. */
  readonly waiting: readonly { readonly claim: Claim; readonly storageClass: StorageClass | undefined }[];
  readonly volumes: readonly PersistentVolume[];
  /** Another pod holds a claim that only one pod may have. */
  readonly isHeld: boolean;
}

/** Looks up the pod's claims, or says why no node needs to be looked at. */
export function readPodClaims(objects: ClusterObjects, pod: Pod, { podsOn }: Snapshot): PodClaims | string {
  const claims: Claim[] = [];
  for (const { persistentVolumeClaim } of pod.spec.volumes ?? []) {
    if (!persistentVolumeClaim) continue;
    const { claimName } = persistentVolumeClaim;
    const claim = objects.get<Claim>('v1', 'PersistentVolumeClaim', pod.metadata.namespace, claimName);
    if (!claim) return `persistentvolumeclaim "${claimName}" not found`;
    if (claim.status?.phase === 'Lost') return `persistentvolumeclaim "${claimName}" bound to non-existent persistentvolume "${claim.spec.volumeName ?? ''}"`;
    if (claim.metadata.deletionTimestamp) return `persistentvolumeclaim "${claimName}" is being deleted`;
    claims.push(claim);
  }
  const classOf = ({ spec }: Claim) => (spec.storageClassName ? objects.get<StorageClass>('storage.k8s.io/v1', 'StorageClass', undefined, spec.storageClassName) : undefined);
  const unbound = claims.filter(({ status }) => status?.phase !== 'Bound').map((claim) => ({ claim, storageClass: classOf(claim) }));
  if (unbound.some(({ storageClass }) => storageClass?.volumeBindingMode !== 'WaitForFirstConsumer')) return 'pod has unbound immediate PersistentVolumeClaims';
  const volumes = objects.list<PersistentVolume>('v1', 'PersistentVolume');
  const exclusive = claims.filter(({ spec }) => spec.accessModes?.includes('ReadWriteOncePod')).map(({ metadata }) => metadata.name);
  const others = [...podsOn.values()].flat().filter(({ metadata }) => metadata.namespace === pod.metadata.namespace);
  return {
    bound: claims.filter(({ status }) => status?.phase === 'Bound').map(({ spec }) => volumes.find(({ metadata }) => metadata.name === spec.volumeName)),
    waiting: unbound,
    volumes,
    isHeld: others.some(({ spec }) => spec.volumes?.some(({ persistentVolumeClaim }) => exclusive.includes(persistentVolumeClaim?.claimName ?? ''))),
  };
}

/** Why the pod's volumes keep it from the node. */
export function volumeMisfit({ bound, waiting, volumes, isHeld }: PodClaims, node: Node): Misfit | undefined {
  if (isHeld) return { reasons: ['node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod'], helpless: false };
  if (bound.some((volume) => !volume)) return { reasons: ['node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'], helpless: true };
  const reasons = [
    ...(bound.every((volume) => volume && fitsNode(volume, node)) ? [] : ["node(s) didn't match PersistentVolume's node affinity"]),
    ...(waiting.every(({ claim, storageClass }) => canHave(claim, storageClass, { node, volumes })) ? [] : ["node(s) didn't find available persistent volumes to bind"]),
  ];
  return reasons.length > 0 ? { reasons, helpless: true } : undefined;
}

function canHave(claim: Claim, storageClass: StorageClass | undefined, { node, volumes }: { readonly node: Node; readonly volumes: readonly PersistentVolume[] }): boolean {
  const selected = claim.metadata.annotations?.[SELECTED_NODE];
  if (selected !== undefined && selected !== node.metadata.name) return false;
  if (selected === undefined && findVolume(claim, volumes, { node, waits: true })) return true;
  if (!storageClass || storageClass.provisioner === NO_PROVISIONER) return false;
  const topologies = storageClass.allowedTopologies ?? [];
  return topologies.length === 0 || topologies.some(({ matchLabelExpressions = [] }) => matchLabelExpressions.every(({ key, values }) => values.some((value) => matchesLabels({ [key]: value }, node.metadata.labels))));
}
