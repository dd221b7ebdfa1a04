import { parseTime, renderTime } from '@fleetmend/kernel';
import type { Duration, Instant } from '@fleetmend/kernel';
import { findCondition, withCondition, withoutCondition } from '../runtime/conditions.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { sameJson } from '../runtime/same-json.ts';
import type { Condition } from '../shapes/pod.ts';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../shapes/workloads.ts';
import { maxUnavailable, specReplicas, statusReplicas, wantedReplicas } from './deployment-math.ts';
import { AS } from './deployment-sets.ts';
import type { Sets } from './deployment-sets.ts';

/** Writes the status of a Deployment whose rollout goes on. Answers when its progress deadline is to be looked at. */
export function writeRolloutStatus({ objects, clock }: PhysicsContext, deployment: Deployment, sets: Sets): Duration | undefined {
  const now = clock.now();
  const counted = countReplicas(deployment, sets);
  // Availability before progress, as the real controller does: what is set last stands last.
  const available = withAvailability(deployment, deployment.status?.conditions ?? [], counted, now);
  const status: DeploymentStatus = { ...counted, conditions: withReplicaFailure(withProgress(deployment, available, counted, sets.current, now), sets, now) };
  if (!sameJson(status, deployment.status)) objects.updateStatus<Deployment>({ ...deployment, status }, AS);
  return untilDeadline(deployment, status, now);
}

/** The status of a Deployment that is paused, scaled or going away: counts and availability only. */
export function writeCounts({ objects, clock }: PhysicsContext, deployment: Deployment, sets: Sets): void {
  const now = clock.now();
  const counted = countReplicas(deployment, sets);
  const conditions = withPause(deployment, deployment.status?.conditions ?? [], now);
  const status: DeploymentStatus = { ...counted, conditions: withAvailability(deployment, conditions, counted, now) };
  if (!sameJson(status, deployment.status)) objects.updateStatus<Deployment>({ ...deployment, status }, AS);
}

function countReplicas(deployment: Deployment, { all, current }: Sets): DeploymentStatus {
  const available = statusReplicas(all, 'availableReplicas');
  const counts = {
    replicas: statusReplicas(all, 'replicas'),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: statusReplicas(all, 'readyReplicas'),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, specReplicas(all) - available),
  };
  return {
    ...(deployment.metadata.generation === undefined ? {} : { observedGeneration: deployment.metadata.generation }),
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
  };
}

/** Complete: every wanted pod is of the present template and available, and no other is left. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const wanted = wantedReplicas(deployment);
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

function hasProgressed(before: DeploymentStatus, now: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus) => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (now.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(now) < old(before) ||
    (now.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function deadlineOf(deployment: Deployment): Duration | undefined {
  const limit = deployment.spec.progressDeadlineSeconds ?? 600;
  return limit >= 2_147_483_647 ? undefined : limit * 1000;
}

function withProgress(deployment: Deployment, before: readonly Condition[], counted: DeploymentStatus, set: ReplicaSet | undefined, now: Instant): readonly Condition[] {
  const deadline = deadlineOf(deployment);
  if (deadline === undefined) return withoutCondition(before, 'Progressing');
  const current = findCondition(before, 'Progressing');
  if ((counted.replicas ?? 0) === (counted.updatedReplicas ?? 0) && current?.reason === 'NewReplicaSetAvailable') return before;
  const subject = set ? `ReplicaSet "${set.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  const at = renderTime(now);
  const say = (status: string, reason: string, message: string): Condition => ({ type: 'Progressing', status, reason, message, lastTransitionTime: at, lastUpdateTime: at });
  if (isComplete(deployment, counted)) return setOnce(before, say('True', 'NewReplicaSetAvailable', `${subject} has successfully progressed.`));
  if (hasProgressed(deployment.status ?? {}, counted)) {
    return putLast(before, say('True', 'ReplicaSetUpdated', `${subject} is progressing.`));
  }
  if (!isTimedOut(current, deadline, now)) return before;
  return setOnce(before, say('False', 'ProgressDeadlineExceeded', `${subject} has timed out progressing.`));
}

function isTimedOut(current: Condition | undefined, deadline: Duration, now: Instant): boolean {
  if (!current || current.reason === 'NewReplicaSetAvailable') return false;
  if (current.reason === 'ProgressDeadlineExceeded') return true;
  const since = parseTime(current.lastUpdateTime ?? current.lastTransitionTime);
  return since !== undefined && since + deadline <= now;
}

/** A condition that the real controller sets moves to the end of the list, also where one of its type was there. */
function putLast(conditions: readonly Condition[], next: Condition): readonly Condition[] {
  const set = findCondition(withCondition(conditions, next), next.type);
  return [...withoutCondition(conditions, next.type), ...(set ? [set] : [])];
}

/** As the real controller sets conditions: one with the same status and reason stays as it is, its times and text included. */
function setOnce(conditions: readonly Condition[], next: Condition): readonly Condition[] {
  const current = findCondition(conditions, next.type);
  return current && current.status === next.status && current.reason === next.reason ? conditions : putLast(conditions, next);
}

function withReplicaFailure(conditions: readonly Condition[], { current, old }: Sets, now: Instant): readonly Condition[] {
  const failure = [...(current ? [current] : []), ...old].map((set) => findCondition(set.status?.conditions, 'ReplicaFailure')).find((condition) => condition?.status === 'True');
  if (!failure) return withoutCondition(conditions, 'ReplicaFailure');
  const known = findCondition(conditions, 'ReplicaFailure');
  if (known?.reason === failure.reason && known?.message === failure.message) return conditions;
  const at = renderTime(now);
  const { reason = 'FailedCreate', message = '' } = failure;
  return putLast(conditions, { type: 'ReplicaFailure', status: 'True', reason, message, lastTransitionTime: at, lastUpdateTime: at });
}

function withAvailability(deployment: Deployment, conditions: readonly Condition[], counted: DeploymentStatus, now: Instant): readonly Condition[] {
  const enough = (counted.availableReplicas ?? 0) >= wantedReplicas(deployment) - maxUnavailable(deployment);
  const at = renderTime(now);
  return setOnce(conditions, {
    type: 'Available',
    status: enough ? 'True' : 'False',
    reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: enough ? 'Deployment has minimum availability.' : 'Deployment does not have minimum availability.',
    lastTransitionTime: at,
    lastUpdateTime: at,
  });
}

function withPause(deployment: Deployment, conditions: readonly Condition[], now: Instant): readonly Condition[] {
  const current = findCondition(conditions, 'Progressing');
  const at = renderTime(now);
  const say = (reason: string, message: string): Condition => ({ type: 'Progressing', status: 'Unknown', reason, message, lastTransitionTime: at, lastUpdateTime: at });
  if (deadlineOf(deployment) === undefined || current?.reason === 'ProgressDeadlineExceeded') return conditions;
  if (deployment.spec.paused && current?.reason !== 'DeploymentPaused') return setOnce(conditions, say('DeploymentPaused', 'Deployment is paused'));
  if (!deployment.spec.paused && current?.reason === 'DeploymentPaused') return setOnce(conditions, say('DeploymentResumed', 'Deployment is resumed'));
  return conditions;
}

function untilDeadline(deployment: Deployment, status: DeploymentStatus, now: Instant): Duration | undefined {
  const deadline = deadlineOf(deployment);
  const current = findCondition(status.conditions, 'Progressing');
  if (deadline === undefined || !current || isComplete(deployment, status)) return undefined;
  if (current.reason === 'NewReplicaSetAvailable' || current.reason === 'ProgressDeadlineExceeded') return undefined;
  const since = parseTime(current.lastUpdateTime) ?? now;
  return Math.max(1000, since + deadline - now + 1000);
}
