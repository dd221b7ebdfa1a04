import type { KubeObject } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { asList, podSpecPath, valueAt } from '../workload.ts';

/** A volume of the target's template that mounts a claim, and where the claim's name stands. */
export interface ClaimVolume {
  readonly claim: string;
  readonly path: readonly string[];
}

export function claimVolumes(target: KubeObject): readonly ClaimVolume[] {
  const path = [...podSpecPath(target), 'volumes'];
  return asList(valueAt(target, path)).flatMap(({ name, persistentVolumeClaim }) => {
    const claim = (persistentVolumeClaim as { readonly claimName?: string } | undefined)?.claimName;
    return claim === undefined ? [] : [{ claim, path: [...path, `[name=${String(name)}]`, 'persistentVolumeClaim', 'claimName'] }];
  });
}

/** The claims of the namespace; those on their way out do not count. */
export function claimsOf({ related, target }: Case): readonly KubeObject[] {
  const own = target.kind === 'PersistentVolumeClaim' && !related.some(({ kind, metadata }) => kind === 'PersistentVolumeClaim' && metadata.name === target.metadata.name) ? [target] : [];
  return [...own, ...related.filter(({ kind }) => kind === 'PersistentVolumeClaim')].filter(({ metadata }) => metadata.deletionTimestamp === undefined && (target.metadata.namespace === undefined || metadata.namespace === target.metadata.namespace));
}

export const phaseOf = (claim: KubeObject): string => String(valueAt(claim, ['status', 'phase']) ?? '');

/** Workloads of the namespace, other than the target, whose pods mount the claim. */
export function otherUsers({ related, target }: Case, claim: string): readonly string[] {
  return related
    .filter(({ kind, metadata }) => ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'].includes(kind) && !(kind === target.kind && metadata.name === target.metadata.name))
    .filter((workload) => claimVolumes(workload).some((volume) => volume.claim === claim))
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}
