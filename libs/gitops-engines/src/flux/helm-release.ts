import { parse } from '@fleetmend/kernel';
import { type KubeObject, refOf, renderRef } from '@fleetmend/model';
import type { RolloutState } from '@fleetmend/plugin-api';
import { PASSING } from './rollout.ts';
import { HelmRelease, conditionOf } from './schema.ts';

/** The API server refused an object of the release, and so its values were not applied. A release that does not get ready in time is another matter. */
const REFUSED = /is invalid:|is forbidden:|cannot be handled as|denied the request|failed to create typed patch object|no matches for kind/;

/** Why the present values of a HelmRelease could not be applied, for the one who looks for a cause. */
export function refusalOfRelease(found: KubeObject): string | undefined {
  const { metadata, status } = parse(HelmRelease, found, renderRef(refOf(found)));
  const ready = conditionOf({ status }, 'Ready');
  if (ready?.status !== 'False' || !['InstallFailed', 'UpgradeFailed'].includes(ready.reason)) return undefined;
  const isSeen = metadata.generation === undefined || ready.observedGeneration === undefined || ready.observedGeneration >= metadata.generation;
  return isSeen && REFUSED.test(ready.message) && !PASSING.test(ready.message) ? `${ready.reason}: ${ready.message}` : undefined;
}

/**
 * How far a HelmRelease is, once the Kustomization that holds it has applied the commit. A failed upgrade is told and waited
 * for, never called a refusal: whether helm-controller rolls back or tries again is the release's own affair.
 */
export function helmReleaseRollout(found: KubeObject, kustomization: RolloutState): RolloutState {
  const { metadata, spec, status } = parse(HelmRelease, found, renderRef(refOf(found)));
  if (kustomization.state !== 'Applied') return kustomization;
  const { revision } = kustomization;
  const ready = conditionOf({ status }, 'Ready');
  const isCurrent = metadata.generation === undefined || (status.observedGeneration ?? 0) >= metadata.generation;
  if (spec.suspend && !isCurrent) return { state: 'Suspended', revision, message: `${renderRef(refOf(found))} is suspended: resume it to have its change released` };
  if (isCurrent && ready?.status === 'True') return { state: 'Applied', revision, message: ready.message };
  return { state: 'Waiting', revision, message: ready ? `${ready.reason}: ${ready.message}` : 'the release was not tried yet' };
}
