import type { Finding, KubeObject, Target } from '@fleetmend/model';
import { refOf } from '@fleetmend/model';
import type { ResourceRead, World } from '@fleetmend/plugin-api';
import { POD_AND_OWNER_READS, targetOf } from './target.ts';

/** What a detector of claims reads to say whose claim it is. */
export const CLAIM_USER_READS: readonly ResourceRead[] = [...POD_AND_OWNER_READS, { apiVersion: 'v1', kind: 'Pod', resource: 'pods', fields: ['spec.volumes.persistentVolumeClaim.claimName'] }];

interface PodView {
  readonly spec?: { readonly volumes?: readonly { readonly persistentVolumeClaim?: { readonly claimName?: string } }[] };
}

/** Pods that mount the claim and are meant to live, by name. */
export function usersOf({ metadata }: KubeObject, world: World): readonly KubeObject[] {
  return world
    .list('v1', 'Pod', metadata.namespace)
    .filter((pod) => pod.metadata.deletionTimestamp === undefined && (pod as PodView & KubeObject).spec?.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === metadata.name))
    .toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name));
}

export interface ClaimSight {
  readonly class: Finding['class'];
  readonly subCause: string;
  readonly reason: string;
  readonly message: string;
  /** What the claim points at; the claim itself where it is enough to name that. */
  readonly cause?: Finding['cause'];
}

/** The workload that waits for the claim suffers; a claim that nobody uses yet stands for itself. */
export function claimFinding(claim: KubeObject, world: World, { cause, ...sight }: ClaimSight): readonly Finding[] {
  const [user] = usersOf(claim, world);
  const target: Target | undefined = user ? targetOf(user, world) : refOf(claim);
  if (!target) return [];
  return [{
    class: sight.class, subCause: sight.subCause, target, cause: user ? refOf(claim) : (cause ?? refOf(claim)),
    observation: { reason: sight.reason.slice(0, 128), message: sight.message.slice(0, 1024), ...(user ? { pod: user.metadata.name } : {}) },
  }];
}
