import { groupOf, sameRef, refOf, type KubeObject, type Target } from '@fleetmend/model';
import type { World } from '@fleetmend/plugin-api';
import type { WorldCache } from '../watch/world-cache.ts';
import type { TargetState } from './tracker.ts';

interface PodView {
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly ContainerView[];
    readonly initContainerStatuses?: readonly ContainerView[];
  };
}

interface ContainerView {
  readonly name: string;
  readonly ready?: boolean;
  readonly state?: { readonly waiting?: { readonly reason?: string } };
}

/** Their pods come and go and need not ever be ready. */
const RUN_TO_END = ['Job', 'CronJob'];
const STARTS = ['ContainerCreating', 'PodInitializing'];

/**
 * How a target stands in the cache, once its symptom is not seen any more. Healthy: in every pod of it that is meant to live, the
 * container is ready. A pod that cannot be scheduled, or whose container waits for anything, is not health: the symptom may only be
 * hidden. What has no pods (an autoscaler, a disruption budget) is healthy by not showing the symptom.
 */
export function targetStateIn(cache: WorldCache, target: Target): TargetState {
  const { apiVersion, kind, namespace, name } = target;
  if (cache.holds(apiVersion, kind) && cache.world.get(apiVersion, kind, namespace, name) === undefined) return 'gone';
  const pods = podsOf(cache.world, target);
  const isWell = RUN_TO_END.includes(kind) ? getsOn : isHealthy;
  return pods.every((pod) => isWell(pod, target.container)) ? 'healthy' : 'unhealthy';
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

/** The pods of the target that have ended, the youngest first: what a Job leaves behind. */
export function endedPodsOf(world: World, target: Target): readonly KubeObject[] {
  const ended = world.list('v1', 'Pod', target.namespace ?? '').filter((pod) => pod.metadata.deletionTimestamp === undefined && !isMeantToLive(pod) && belongsTo(world, pod, target));
  return ended.toSorted((a, b) => (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''));
}

const MAKERS = [['apps/v1', 'ReplicaSet'], ['batch/v1', 'Job']] as const;

/** What the target makes to make pods, the youngest first: a refusal of pods stands in the events of these. */
export function madeBy(world: World, target: Target): readonly KubeObject[] {
  const made = MAKERS.flatMap(([apiVersion, kind]) => world.list(apiVersion, kind, target.namespace ?? '')).filter((object) => world.owners(object).some((owner) => sameRef(refOf(owner), target)));
  return made.toSorted((a, b) => (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''));
}

/** A pod that runs to its end: no container of it waits for something that does not come. */
function getsOn(pod: KubeObject): boolean {
  return containersOf(pod).every(({ state }) => state?.waiting === undefined || STARTS.includes(state.waiting.reason ?? ''));
}

function containersOf(pod: KubeObject): readonly ContainerView[] {
  const { status } = pod as PodView & KubeObject;
  return [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
}

function isHealthy(pod: KubeObject, container: string | undefined): boolean {
  const all = containersOf(pod);
  if (container === undefined) return all.length > 0 && all.every(({ ready }) => ready === true);
  return all.find(({ name }) => name === container)?.ready === true;
}
