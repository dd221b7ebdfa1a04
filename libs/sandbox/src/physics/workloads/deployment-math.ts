import type { Deployment, IntOrPercent, ReplicaSet } from '../shapes/workloads.ts';

/** Revision of a Deployment and of its ReplicaSets. */
export const REVISION = 'deployment.kubernetes.io/revision';
export const DESIRED = 'deployment.kubernetes.io/desired-replicas';
export const MAX = 'deployment.kubernetes.io/max-replicas';
export const TEMPLATE_HASH = 'pod-template-hash';

export function wantedReplicas(deployment: Deployment): number {
  return deployment.spec.replicas ?? 1;
}

export function isRolling(deployment: Deployment): boolean {
  return (deployment.spec.strategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
}

function resolve(value: IntOrPercent, total: number, round: (n: number) => number): number {
  if (typeof value === 'number') return value;
  return value.endsWith('%') ? round((Number(value.slice(0, -1)) * total) / 100) : Number(value);
}

/** Surge rounds up, unavailability rounds down; both zero would stop the rollout, so one may be unavailable then. */
function fenceposts(deployment: Deployment): { readonly surge: number; readonly unavailable: number } {
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec.strategy?.rollingUpdate ?? {};
  const total = wantedReplicas(deployment);
  const surge = resolve(maxSurge, total, Math.ceil);
  const unavailable = resolve(maxUnavailable, total, Math.floor);
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

export function maxSurge(deployment: Deployment): number {
  return isRolling(deployment) ? fenceposts(deployment).surge : 0;
}

export function maxUnavailable(deployment: Deployment): number {
  const total = wantedReplicas(deployment);
  return !isRolling(deployment) || total === 0 ? 0 : Math.min(fenceposts(deployment).unavailable, total);
}

export function specReplicas(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + (set.spec.replicas ?? 1), 0);
}

export function statusReplicas(sets: readonly ReplicaSet[], field: 'replicas' | 'readyReplicas' | 'availableReplicas'): number {
  return sets.reduce((sum, set) => sum + (set.status?.[field] ?? 0), 0);
}

/** How many pods the new ReplicaSet may have now. */
export function newSetReplicas(deployment: Deployment, all: readonly ReplicaSet[], current: number): number {
  const total = wantedReplicas(deployment);
  if (!isRolling(deployment)) return total;
  const room = total + maxSurge(deployment) - specReplicas(all);
  return room <= 0 ? current : current + Math.min(room, total - current);
}

export function revisionOf(object: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } }): number {
  return Number(object.metadata.annotations?.[REVISION] ?? 0) || 0;
}

export function oldestFirst(a: ReplicaSet, b: ReplicaSet): number {
  return (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '') || revisionOf(a) - revisionOf(b) || a.metadata.name.localeCompare(b.metadata.name);
}
