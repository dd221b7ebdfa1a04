import { groupOf, sameRef, refOf, type KubeObject, type Target } from '@fleetmend/model';
import type { World } from '@fleetmend/plugin-api';
import type { WorldCache } from '../watch/world-cache.ts';
import type { TargetState } from './tracker.ts';

interface PodView {
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly { readonly name: string; readonly ready?: boolean }[];
    readonly initContainerStatuses?: readonly { readonly name: string; readonly ready?: boolean }[];
  };
}

/**
 * How a target stands in the cache. Healthy: in every pod of it that is meant to live, the container is ready. A pod that cannot
 * be scheduled, or whose container waits for anything, is not health: the symptom may only be hidden.
 */
export function targetStateIn(cache: WorldCache, target: Target): TargetState {
  const { apiVersion, kind, namespace, name } = target;
  if (cache.holds(apiVersion, kind) && cache.world.get(apiVersion, kind, namespace, name) === undefined) return 'gone';
  const pods = podsOf(cache.world, target);
  return pods.every((pod) => isHealthy(pod, target.container)) ? 'healthy' : 'unhealthy';
}

/** The pods whose owners lead to the target, or the target itself; without those on their way out and those that have ended. */
export function podsOf(world: World, target: Target): readonly KubeObject[] {
  return world.list('v1', 'Pod', target.namespace ?? '').filter((pod) => isMeantToLive(pod) && belongsTo(world, pod, target));
}

function belongsTo(world: World, pod: KubeObject, target: Target): boolean {
  const chain = [pod, ...world.owners(pod)];
  if (chain.some((object) => sameRef(refOf(object), target))) return true;
  // An owner of a kind that is not watched is known by the last reference only.
  const above = chain.at(-1)?.metadata.ownerReferences?.find(({ controller }) => controller === true);
  return above !== undefined && above.kind === target.kind && above.name === target.name && groupOf(above.apiVersion) === groupOf(target.apiVersion);
}

function isMeantToLive(pod: KubeObject): boolean {
  const { status } = pod as PodView & KubeObject;
  return pod.metadata.deletionTimestamp === undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

function isHealthy(pod: KubeObject, container: string | undefined): boolean {
  const { status } = pod as PodView & KubeObject;
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  if (container === undefined) return all.length > 0 && all.every(({ ready }) => ready === true);
  return all.find(({ name }) => name === container)?.ready === true;
}
