import { messageOf, renderTime } from '@fleetmend/kernel';
import { StatusError } from '../../objects.ts';
import { findCondition, withCondition, withoutCondition } from '../runtime/conditions.ts';
import { controllerIdentity } from '../runtime/context.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import type { Condition, Pod } from '../shapes/pod.ts';
import type { ReplicaSet } from '../shapes/workloads.ts';
import { adoptOrphans } from './adoption.ts';
import { availableIn, byDispensability, createPod, isActive, isAvailable, isReady, ownedPods } from './owned-pods.ts';
import { sameJson } from '../runtime/same-json.ts';
import { startWorkloadLoop } from './workload-loop.ts';

const FROM = 'replicaset-controller';
const AS = controllerIdentity(FROM);

/** Keeps as many pods as each ReplicaSet asks for, and says in its status how they are. */
export function startReplicaSetController(context: PhysicsContext): void {
  startWorkloadLoop<ReplicaSet>(context, { name: FROM, apiVersion: 'apps/v1', kind: 'ReplicaSet', reconcile: (set) => reconcileReplicaSet(context, set) });
}

function reconcileReplicaSet(context: PhysicsContext, set: ReplicaSet): number | undefined {
  adoptOrphans(context.objects, set, { apiVersion: 'v1', kind: 'Pod', as: AS });
  const pods = ownedPods(context.objects, set).filter(isActive);
  const missing = (set.spec.replicas ?? 1) - pods.length;
  let refusal: unknown;
  if (missing > 0) refusal = createMissing(context, set, missing);
  if (missing < 0) deleteSurplus(context, set, pods, -missing);
  const again = writeStatus(context, set, missing, refusal);
  if (refusal !== undefined) throw refusal;
  return again;
}

/** Creates one after the other and stops at the first refusal, which the caller throws, so that the queue backs off. */
function createMissing(context: PhysicsContext, set: ReplicaSet, count: number): unknown {
  for (let created = 0; created < count; created += 1) {
    try {
      const pod = createPod(context, { owner: set, template: set.spec.template, as: AS });
      context.events.record({ about: set, from: FROM, type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}` });
    } catch (error) {
      if (error instanceof StatusError && error.reason === 'AlreadyExists') continue;
      context.events.record({ about: set, from: FROM, type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${messageOf(error)}` });
      return error;
    }
  }
  return undefined;
}

function deleteSurplus({ objects, events }: PhysicsContext, set: ReplicaSet, pods: readonly Pod[], count: number): void {
  for (const pod of [...pods].sort(byDispensability).slice(0, count)) {
    objects.delete('v1', 'Pod', pod.metadata.namespace, pod.metadata.name, { ...(pod.metadata.uid ? { uid: pod.metadata.uid } : {}) });
    events.record({ about: set, from: FROM, type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` });
  }
}

function writeStatus({ objects, clock }: PhysicsContext, set: ReplicaSet, missing: number, refusal: unknown): number | undefined {
  const pods = ownedPods(objects, set).filter(isActive);
  const now = clock.now();
  const minReady = set.spec.minReadySeconds ?? 0;
  const wantedLabels = Object.entries(set.spec.template.metadata?.labels ?? {});
  const fullyLabeled = pods.filter((pod) => wantedLabels.every(([key, value]) => pod.metadata.labels?.[key] === value)).length;
  const ready = pods.filter(isReady);
  const before = set.status?.conditions ?? [];
  const conditions = refusal === undefined ? withoutCondition(before, 'ReplicaFailure') : withFailure(before, missing > 0 ? 'FailedCreate' : 'FailedDelete', messageOf(refusal), renderTime(now));
  const counts = { fullyLabeledReplicas: fullyLabeled, readyReplicas: ready.length, availableReplicas: ready.filter((pod) => isAvailable(pod, minReady, now)).length };
  const status = {
    replicas: pods.length,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    ...(conditions.length > 0 ? { conditions } : {}),
  };
  if (!sameJson(status, set.status)) objects.updateStatus<ReplicaSet>({ ...set, status }, AS);
  const waits = ready.map((pod) => availableIn(pod, minReady, now)).filter((wait) => wait > 0);
  return waits.length > 0 ? Math.min(...waits) : undefined;
}

/** The first refusal stays as it is while it lasts: each one names another pod, and a status that always changes would wake its own controller for ever. */
function withFailure(conditions: readonly Condition[], reason: string, message: string, at: string): readonly Condition[] {
  const known = findCondition(conditions, 'ReplicaFailure');
  return known?.status === 'True' && known.reason === reason ? conditions : withCondition(conditions, { type: 'ReplicaFailure', status: 'True', reason, message, lastTransitionTime: at });
}
