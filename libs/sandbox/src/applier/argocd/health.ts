import type { KubeObject } from '../../objects.ts';
import { findCondition } from '../../physics/runtime/conditions.ts';
import type { Condition } from '../../physics/shapes/pod.ts';

/** Argo CD's words, from best to worst as it ranks them. */
export const HEALTH_ORDER = ['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown'] as const;
export type Health = (typeof HEALTH_ORDER)[number];

export interface HealthState {
  readonly status: Health;
  readonly message?: string;
}

interface Counts {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly currentNumberScheduled?: number;
  readonly desiredNumberScheduled?: number;
  readonly updatedNumberScheduled?: number;
  readonly numberAvailable?: number;
  readonly phase?: string;
  readonly conditions?: readonly Condition[];
}

/** The health of a live object by Argo CD's built-in rules; `undefined` for kinds that have none. */
export function healthOf(object: KubeObject): HealthState | undefined {
  const status = (object['status'] ?? {}) as Counts;
  const spec = (object['spec'] ?? {}) as { readonly replicas?: number; readonly paused?: boolean };
  const isObserved = (status.observedGeneration ?? 0) >= (object.metadata.generation ?? 0);
  const wanted = spec.replicas ?? 1;
  switch (object.kind) {
    case 'Deployment':
      return deploymentHealth(object, status, { wanted, isObserved, isPaused: spec.paused ?? false });
    case 'StatefulSet':
      if (!isObserved) return { status: 'Progressing', message: 'Waiting for statefulset spec update to be observed...' };
      if ((status.readyReplicas ?? 0) < wanted) return { status: 'Progressing', message: `Waiting for ${wanted - (status.readyReplicas ?? 0)} pods to be ready...` };
      return { status: 'Healthy' };
    case 'DaemonSet':
      if (!isObserved) return { status: 'Progressing', message: 'Waiting for daemon set spec update to be observed...' };
      if ((status.numberAvailable ?? 0) < (status.desiredNumberScheduled ?? 0)) return { status: 'Progressing', message: `Waiting for daemon set "${object.metadata.name}" rollout to finish: ${status.numberAvailable ?? 0} of ${status.desiredNumberScheduled ?? 0} updated pods are available...` };
      return { status: 'Healthy' };
    case 'Job': {
      const failed = findCondition(status.conditions, 'Failed');
      if (failed?.status === 'True') return { status: 'Degraded', ...(failed.message ? { message: failed.message } : {}) };
      return findCondition(status.conditions, 'Complete')?.status === 'True' ? { status: 'Healthy' } : { status: 'Progressing' };
    }
    case 'PersistentVolumeClaim':
      return { status: status.phase === 'Bound' ? 'Healthy' : status.phase === 'Lost' ? 'Degraded' : 'Progressing' };
    case 'Service':
    case 'CronJob':
      return { status: 'Healthy' };
    default:
      return undefined;
  }
}

function deploymentHealth({ metadata }: KubeObject, status: Counts, { wanted, isObserved, isPaused }: { readonly wanted: number; readonly isObserved: boolean; readonly isPaused: boolean }): HealthState {
  if (isPaused) return { status: 'Suspended', message: 'Deployment is paused' };
  const waiting = (text: string): HealthState => ({ status: 'Progressing', message: `Waiting for rollout to finish: ${text}` });
  if (!isObserved) return waiting('observed deployment generation less than desired generation');
  if (findCondition(status.conditions, 'Progressing')?.reason === 'ProgressDeadlineExceeded') return { status: 'Degraded', message: `Deployment "${metadata.name}" exceeded its progress deadline` };
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  if (updatedReplicas < wanted) return waiting(`${updatedReplicas} out of ${wanted} new replicas have been updated...`);
  if (replicas > updatedReplicas) return waiting(`${replicas - updatedReplicas} old replicas are pending termination...`);
  if (availableReplicas < updatedReplicas) return waiting(`${availableReplicas} of ${updatedReplicas} updated replicas are available...`);
  return { status: 'Healthy' };
}

/** The worst of them. */
export function worstHealth(states: readonly (HealthState | undefined)[]): Health {
  return HEALTH_ORDER[Math.max(0, ...states.map((state) => (state ? HEALTH_ORDER.indexOf(state.status) : 0)))] ?? 'Healthy';
}
