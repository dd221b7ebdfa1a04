import { parseTime, renderTime } from '@fleetmend/kernel';
import type { KubeObject } from '../objects.ts';
import type { Cluster } from './cluster.ts';
import { numberAt, textAt } from './json.ts';
import { conflict, notFound } from './refusals.ts';
import type { ResourceType } from './resource-types.ts';

export type PropagationPolicy = 'Foreground' | 'Background' | 'Orphan';

export interface DeleteRequest {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: PropagationPolicy | undefined;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly dryRun?: boolean;
}

export interface Deletion {
  readonly object: KubeObject;
  /** False while finalizers or a grace period keep it. */
  readonly gone: boolean;
}

const POLICY_FINALIZERS = { Foreground: 'foregroundDeletion', Orphan: 'orphan' } as const;

/**
 * Deletes an object, or marks it while something still holds it: finalizers, dependents, a pod's grace period, a namespace's content.
 * @throws StatusError 404, 409 (preconditions)
 */
export function deleteObject(cluster: Cluster, request: DeleteRequest): Deletion {
  const { type, namespace, name, uid, resourceVersion } = request;
  const old = cluster.store.get(type.storage, namespace, name);
  if (!old) throw notFound(type, name);
  if (uid !== undefined && uid !== old.metadata.uid) throw conflict(type, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid ?? ''}`);
  if (resourceVersion !== undefined && resourceVersion !== old.metadata.resourceVersion) throw conflict(type, name, `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${old.metadata.resourceVersion ?? ''}`);
  const grace = gracePeriod(type, old, request.gracePeriodSeconds);
  const finalizers = policyFinalizers(old, request.propagationPolicy);
  const holds = grace > 0 || finalizers.length > 0 || (type.storage === '/namespaces' && namespaceHolds(old));
  if (request.dryRun) return { object: old, gone: !holds };
  if (!holds) return { object: cluster.store.remove(type.storage, namespace, name) ?? old, gone: true };
  const marked = mark(cluster, type, old, finalizers, grace);
  return { object: marked === old ? old : cluster.store.put(type.storage, marked), gone: false };
}

/** Removes an object that was marked for deletion, as soon as nothing holds it any more. */
export function finishDeletion(cluster: Cluster, type: ResourceType, object: KubeObject): KubeObject {
  const { deletionTimestamp, finalizers = [], deletionGracePeriodSeconds = 0 } = object.metadata;
  if (deletionTimestamp === undefined || finalizers.length > 0 || deletionGracePeriodSeconds > 0) return object;
  if (type.storage === '/namespaces' && namespaceHolds(object)) return object;
  return cluster.store.remove(type.storage, object.metadata.namespace ?? '', object.metadata.name) ?? object;
}

function mark(cluster: Cluster, type: ResourceType, old: KubeObject, finalizers: readonly string[], grace: number): KubeObject {
  const now = cluster.clock.now();
  const before = parseTime(old.metadata.deletionTimestamp);
  const shorter = before === undefined || grace < (old.metadata.deletionGracePeriodSeconds ?? 0);
  const sameFinalizers = finalizers.length === (old.metadata.finalizers?.length ?? 0);
  if (!shorter && sameFinalizers) return old;
  const { finalizers: _, ...metadata } = old.metadata;
  return {
    ...old,
    metadata: {
      ...metadata,
      ...(finalizers.length > 0 ? { finalizers } : {}),
      ...(shorter ? { deletionTimestamp: renderTime(now + grace * 1000), deletionGracePeriodSeconds: grace } : {}),
      ...(before === undefined && old.metadata.generation !== undefined ? { generation: old.metadata.generation + 1 } : {}),
    },
    ...(type.storage === '/namespaces' ? { status: { ...(old['status'] as object), phase: 'Terminating' } } : {}),
  };
}

/** Seconds that a pod keeps running; a pod that runs nowhere, or has ended, gets none. */
function gracePeriod(type: ResourceType, old: KubeObject, wanted: number | undefined): number {
  if (type.storage !== '/pods') return 0;
  const phase = textAt(old, 'status', 'phase');
  if (textAt(old, 'spec', 'nodeName') === '' || phase === 'Failed' || phase === 'Succeeded') return 0;
  return wanted ?? numberAt(old, 'spec', 'terminationGracePeriodSeconds');
}

function policyFinalizers(old: KubeObject, policy: PropagationPolicy | undefined): readonly string[] {
  const given = old.metadata.finalizers ?? [];
  if (policy === undefined) return given;
  const kept = given.filter((finalizer) => finalizer !== POLICY_FINALIZERS.Foreground && finalizer !== POLICY_FINALIZERS.Orphan);
  return policy === 'Background' ? kept : [...kept, POLICY_FINALIZERS[policy]];
}

function namespaceHolds(namespace: KubeObject): boolean {
  const spec = namespace['spec'] as { readonly finalizers?: readonly string[] } | undefined;
  return (spec?.finalizers?.length ?? 0) > 0;
}
