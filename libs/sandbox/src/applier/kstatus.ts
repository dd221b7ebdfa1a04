import type { KubeObject } from '../objects.ts';
import { findCondition, isTrue } from '../physics/runtime/conditions.ts';
import type { Condition } from '../physics/shapes/pod.ts';

export type KStatus = 'Current' | 'InProgress' | 'Failed' | 'Terminating' | 'NotFound';

export interface KStatusResult {
  readonly status: KStatus;
  readonly message: string;
}

interface Counts {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly phase?: string;
  readonly [count: string]: unknown;
}

const current = (message: string): KStatusResult => ({ status: 'Current', message });
const inProgress = (message: string): KStatusResult => ({ status: 'InProgress', message });

/** How far an object is, by the rules that Flux and Helm wait by. Source: fluxcd/cli-utils 1.2, pkg/kstatus/status. */
export function kstatusOf(object: KubeObject | undefined): KStatusResult {
  if (!object) return { status: 'NotFound', message: 'Resource not found' };
  const status = (object['status'] ?? {}) as Counts;
  const spec = (object['spec'] ?? {}) as { readonly replicas?: number; readonly updateStrategy?: { readonly type?: string } };
  const generation = object.metadata.generation;
  if (object.metadata.deletionTimestamp) return { status: 'Terminating', message: 'Resource scheduled for deletion' };
  if (generation !== undefined && status.observedGeneration !== undefined && status.observedGeneration !== generation) return inProgress(`${object.kind} generation is ${generation}, but latest observed generation is ${status.observedGeneration}`);
  for (const { type, status: is, message = '' } of status.conditions ?? []) {
    if (type === 'Reconciling' && is === 'True') return inProgress(message);
    if (type === 'Stalled' && is === 'True') return { status: 'Failed', message };
  }
  const count = (name: string, otherwise = 0): number => (typeof status[name] === 'number' ? status[name] : otherwise);
  switch (object.kind) {
    case 'Deployment':
      return deployment(status, spec.replicas ?? 1, count);
    case 'StatefulSet':
      return statefulSet(status, spec, count);
    case 'DaemonSet':
      return daemonSet(status, count);
    case 'Job':
      if (isTrue(status.conditions, 'Complete')) return current('Job Completed');
      if (isTrue(status.conditions, 'Failed')) return { status: 'Failed', message: findCondition(status.conditions, 'Failed')?.message ?? 'Job Failed' };
      return inProgress('Job in progress');
    case 'PersistentVolumeClaim':
      return status.phase === 'Bound' ? current('PVC is Bound') : inProgress(`PVC is not Bound. phase: ${status.phase ?? 'unknown'}`);
    case 'Pod':
      return pod(status);
    default:
      return byReadyCondition(status);
  }
}

/** Flux's and other custom kinds say it themselves. */
function byReadyCondition({ conditions }: Counts): KStatusResult {
  const ready = findCondition(conditions, 'Ready');
  return ready && ready.status !== 'True' ? inProgress(ready.message ?? '') : current('Resource is current');
}

type Count = (name: string, otherwise?: number) => number;

function deployment({ conditions }: Counts, wanted: number, count: Count): KStatusResult {
  const progressing = findCondition(conditions, 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') return { status: 'Failed', message: 'Progress deadline exceeded' };
  const [replicas, updated, available, readyNow] = [count('replicas'), count('updatedReplicas'), count('availableReplicas'), count('readyReplicas')];
  if (wanted > replicas) return inProgress(`Replicas: ${replicas}/${wanted}`);
  if (wanted > updated) return inProgress(`Updated: ${updated}/${wanted}`);
  if (replicas > wanted) return inProgress(`Pending termination: ${replicas - wanted}`);
  if (updated > available) return inProgress(`Available: ${available}/${updated}`);
  if (wanted > readyNow) return inProgress(`Ready: ${readyNow}/${wanted}`);
  if (!(progressing?.status === 'True' && progressing.reason === 'NewReplicaSetAvailable')) return inProgress('ReplicaSet not Available');
  return isTrue(conditions, 'Available') ? current(`Deployment is available. Replicas: ${replicas}`) : inProgress('Deployment not Available');
}

function statefulSet(status: Counts, spec: { readonly replicas?: number; readonly updateStrategy?: { readonly type?: string } }, count: Count): KStatusResult {
  if (spec.updateStrategy?.type === 'OnDelete') return current('StatefulSet is using the ondelete update strategy');
  const wanted = spec.replicas ?? 1;
  const [replicas, readyNow, currentNow] = [count('replicas'), count('readyReplicas'), count('currentReplicas')];
  if (wanted > replicas) return inProgress(`Replicas: ${replicas}/${wanted}`);
  if (wanted > readyNow) return inProgress(`Ready: ${readyNow}/${wanted}`);
  if (replicas > wanted) return inProgress(`Pending termination: ${replicas - wanted}`);
  if (wanted > currentNow) return inProgress(`current: ${currentNow}/${wanted}`);
  if (status['currentRevision'] !== status['updateRevision']) return inProgress('Waiting for updated revision to match current');
  return current(`All replicas scheduled as expected. Replicas: ${replicas}`);
}

function daemonSet(status: Counts, count: Count): KStatusResult {
  if (status.observedGeneration === undefined) return inProgress('DaemonSet status.observedGeneration not found');
  const wanted = count('desiredNumberScheduled', -1);
  if (wanted < 0) return inProgress('Missing .status.desiredNumberScheduled');
  for (const [name, label] of [['currentNumberScheduled', 'Current'], ['updatedNumberScheduled', 'Updated'], ['numberAvailable', 'Available'], ['numberReady', 'Ready']] as const) {
    if (wanted > count(name)) return inProgress(`${label}: ${count(name)}/${wanted}`);
  }
  return current(`All replicas scheduled as expected. Replicas: ${wanted}`);
}

function pod(status: Counts): KStatusResult {
  if (status.phase === 'Succeeded' || status.phase === 'Failed') return current('Pod has completed');
  if (status.phase === 'Running') return isTrue(status.conditions, 'Ready') ? current('Pod is Ready') : inProgress('Pod is running but is not Ready');
  return inProgress('Pod is in the Pending phase');
}
