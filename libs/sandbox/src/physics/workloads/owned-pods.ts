import { parseTime } from '@fleetmend/kernel';
import type { Instant } from '@fleetmend/kernel';
import type { ClusterObjects, KubeObject, WriteOptions } from '../../objects.ts';
import { findCondition, isTrue } from '../runtime/conditions.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { controllerReference, isControlledBy } from '../runtime/keys.ts';
import { randomSuffix } from '../runtime/names.ts';
import type { Pod, PodTemplate } from '../shapes/pod.ts';

export function ownedPods(objects: ClusterObjects, owner: KubeObject): readonly Pod[] {
  return objects.list<Pod>('v1', 'Pod', { ...(owner.metadata.namespace ? { namespace: owner.metadata.namespace } : {}) }).filter((pod) => isControlledBy(pod, owner));
}

/** Neither finished nor on its way out. */
export function isActive(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed';
}

export function isReady(pod: Pod): boolean {
  return isTrue(pod.status?.conditions, 'Ready');
}

/** Ready for at least `minReadySeconds`. */
export function isAvailable(pod: Pod, minReadySeconds: number, now: Instant): boolean {
  return isReady(pod) && availableIn(pod, minReadySeconds, now) === 0;
}

/** How long until a ready pod counts as available; 0 where it does. */
export function availableIn(pod: Pod, minReadySeconds: number, now: Instant): number {
  const since = parseTime(findCondition(pod.status?.conditions, 'Ready')?.lastTransitionTime) ?? now;
  return Math.max(0, since + minReadySeconds * 1000 - now);
}

export interface PodRequest {
  readonly owner: KubeObject;
  readonly template: PodTemplate;
  readonly as: WriteOptions;
  /** A fixed name instead of a generated one (StatefulSets). */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly change?: (spec: Pod['spec']) => Pod['spec'];
}

/** Creates a pod from a template. Refusals (quota, LimitRange, Pod Security, ServiceAccount) are thrown as the API gave them. */
export function createPod({ objects, random }: PhysicsContext, { owner, template, as, name, labels, annotations, change }: PodRequest): Pod {
  const prefix = `${owner.metadata.name}-`;
  const allLabels = { ...template.metadata?.labels, ...labels };
  const allAnnotations = { ...template.metadata?.annotations, ...annotations };
  return objects.create<Pod>(
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: name ?? `${prefix}${randomSuffix(random)}`,
        ...(name ? {} : { generateName: prefix }),
        ...(owner.metadata.namespace ? { namespace: owner.metadata.namespace } : {}),
        ...(Object.keys(allLabels).length > 0 ? { labels: allLabels } : {}),
        ...(Object.keys(allAnnotations).length > 0 ? { annotations: allAnnotations } : {}),
        ownerReferences: [controllerReference(owner)],
      },
      spec: change ? change(template.spec) : template.spec,
    },
    as,
  );
}

/**
 * The order in which pods are given up when there are too many: unbound before bound, pending before running, unready before ready,
 * more restarts first, then the younger. Source: the ranking of the ReplicaSet controller.
 */
export function byDispensability(a: Pod, b: Pod): number {
  const rank = (pod: Pod) => [pod.spec.nodeName ? 1 : 0, pod.status?.phase === 'Running' ? 1 : 0, isReady(pod) ? 1 : 0, -restartsOf(pod)];
  const left = rank(a);
  const right = rank(b);
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? 0;
    if (value !== other) return value - other;
  }
  return (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '') || a.metadata.name.localeCompare(b.metadata.name);
}

function restartsOf(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map((status) => status.restartCount));
}
