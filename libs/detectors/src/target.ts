import type { Finding, KubeObject, ObjectRef, Observation, Target } from '@fleetmend/model';
import { groupOf } from '@fleetmend/model';
import type { ResourceRead, World } from '@fleetmend/plugin-api';
import { nodeOf, POD_FIELDS, type ContainerStatus } from './containers.ts';

const OWNER_KINDS = [
  { apiVersion: 'apps/v1', kind: 'ReplicaSet', resource: 'replicasets' },
  { apiVersion: 'apps/v1', kind: 'Deployment', resource: 'deployments' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet', resource: 'statefulsets' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet', resource: 'daemonsets' },
  { apiVersion: 'batch/v1', kind: 'Job', resource: 'jobs' },
  { apiVersion: 'batch/v1', kind: 'CronJob', resource: 'cronjobs' },
] as const;

/** What a detector of pods reads to name whom a pod belongs to: of owners, only their identity. */
export const POD_AND_OWNER_READS: readonly ResourceRead[] = [
  { apiVersion: 'v1', kind: 'Pod', resource: 'pods', fields: POD_FIELDS },
  ...OWNER_KINDS.map((kind) => ({ ...kind, fields: [] })),
];

/**
 * The top owner that a human would name; with a container, the place inside it.
 *
 * An owner of a kind that we do not watch counts by its reference alone. Undefined while an owner of a kind that we do watch is not
 * in the world yet: a name that changes a moment later would be a second failure.
 */
export function targetOf(object: KubeObject, world: World, container?: string): Target | undefined {
  const top = world.owners(object).at(-1) ?? object;
  const above = top.metadata.ownerReferences?.find((reference) => reference.controller === true);
  const place = { ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }) };
  const inside = container === undefined ? {} : { container };
  // A static pod is owned by its node, which is not what anybody would repair.
  if (!above || above.kind === 'Node') return { apiVersion: top.apiVersion, kind: top.kind, ...place, name: top.metadata.name, ...inside };
  const watched = OWNER_KINDS.some((kind) => kind.kind === above.kind && groupOf(kind.apiVersion) === groupOf(above.apiVersion));
  if (watched) return undefined;
  return { apiVersion: above.apiVersion, kind: above.kind, ...place, name: above.name, ...inside };
}

/** What a detector saw in one container, or in the pod as a whole; the rest of a finding follows from the pod. */
export interface Sight {
  readonly class: Finding['class'];
  readonly subCause?: string | undefined;
  readonly reason: string;
  readonly message: string;
  readonly exitCode?: number | undefined;
  /** The object that the message points at. */
  readonly cause?: ObjectRef | undefined;
}

/** Without a container, it is about the pod as a whole: none of its containers exists yet, or all of them suffer. */
export function findingOf(pod: KubeObject, container: ContainerStatus | undefined, world: World, sight: Sight): readonly Finding[] {
  const target = targetOf(pod, world, container?.name);
  if (!target) return [];
  const node = nodeOf(pod);
  const observation: Observation = {
    reason: sight.reason.slice(0, 128),
    message: sight.message.slice(0, 1024),
    restarts: container?.restartCount ?? 0,
    pod: pod.metadata.name,
    ...(sight.exitCode === undefined ? {} : { exitCode: sight.exitCode & 0xff }),
    ...(container?.image ? { image: container.image.slice(0, 512) } : {}),
    ...(node === undefined ? {} : { node }),
  };
  return [{ class: sight.class, ...(sight.subCause === undefined ? {} : { subCause: sight.subCause }), target, ...(sight.cause === undefined ? {} : { cause: sight.cause }), observation }];
}
