import { seconds } from '@fleetmend/kernel';
import type { Finding, KubeObject } from '@fleetmend/model';
import type { Detector, ResourceRead, World } from '@fleetmend/plugin-api';
import { cronOf, isOfNow, JOB_READS } from '../job-of-now.ts';
import { conditionOf, EVENT_READ, newestEvent, ownerFinding } from '../owners.ts';
import { refusalOf } from './refusal.ts';

const COUNTS = ['metadata.annotations.deployment\\.kubernetes\\.io/revision', 'spec.replicas', 'spec.suspend', 'spec.completions', 'spec.parallelism'];
const STATUS = ['status.observedGeneration', 'status.replicas', 'status.conditions', 'status.desiredNumberScheduled', 'status.currentNumberScheduled', 'status.active', 'status.succeeded'];
const READS: readonly ResourceRead[] = [
  ...(['ReplicaSet', 'StatefulSet', 'DaemonSet', 'Deployment'] as const).map((kind) => ({ apiVersion: 'apps/v1', kind, resource: `${kind.toLowerCase()}s`, fields: [...COUNTS, ...STATUS] })),
  ...(['Job', 'CronJob'] as const).map((kind) => ({ apiVersion: 'batch/v1', kind, resource: `${kind.toLowerCase()}s`, fields: [...COUNTS, ...STATUS] })),
  ...JOB_READS,
  EVENT_READ,
];

/** Pods that the API server refuses to create: nothing fails, because nothing is there. */
export const creationRefused: Detector = {
  kind: 'creation-refused',
  classes: ['QuotaExceeded', 'LimitRangeViolated', 'PodSecurityViolated', 'AdmissionDenied', 'WebhookUnavailable', 'ServiceAccountNotFound', 'PriorityClassNotFound', 'FailedCreate'],
  reads: READS,
  inspects: ['ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'],
  dwell: { time: seconds(60) },
  explainedBy: [],
  inspect: (object, world) => {
    if (object.metadata.deletionTimestamp !== undefined || !lacksPods(object) || isSuperseded(object, world)) return [];
    const text = wordsOf(object, world);
    return text === undefined ? [] : findingOf(object, world, text);
  },
};

function findingOf(object: KubeObject, world: World, text: string): readonly Finding[] {
  const refusal = refusalOf(text, object.metadata.namespace);
  return refusal ? ownerFinding(object, world, { ...refusal, reason: 'FailedCreate' }) : [];
}

/**
 * The controller's last word. Only ReplicaSets have a condition, which keeps the text of the first refusal while refusals last; its
 * events know the last one. A creation that succeeded later ends it.
 */
function wordsOf(object: KubeObject, world: World): string | undefined {
  const event = newestEvent(object, world, ['FailedCreate', 'SuccessfulCreate']);
  if (object.kind !== 'ReplicaSet') return event?.reason === 'FailedCreate' ? event.message : undefined;
  const failure = conditionOf(object, 'ReplicaFailure');
  if (failure?.status !== 'True' || failure.reason !== 'FailedCreate') return undefined;
  return event?.reason === 'FailedCreate' ? event.message : failure.message;
}

interface Counts {
  readonly spec?: { readonly replicas?: number; readonly suspend?: boolean; readonly completions?: number; readonly parallelism?: number };
  readonly status?: { readonly replicas?: number; readonly desiredNumberScheduled?: number; readonly currentNumberScheduled?: number; readonly active?: unknown; readonly succeeded?: number };
}

function lacksPods(object: KubeObject): boolean {
  const { spec = {}, status = {} } = object as Counts & KubeObject;
  if (object.kind === 'DaemonSet') return (status.currentNumberScheduled ?? 0) < (status.desiredNumberScheduled ?? 0);
  if (object.kind === 'CronJob') return spec.suspend !== true;
  if (object.kind === 'Job') return spec.suspend !== true && !isFinished(object) && (status.active === undefined || Number(status.active) < (spec.parallelism ?? 1)) && (status.succeeded ?? 0) < (spec.completions ?? 1);
  return (status.replicas ?? 0) < (spec.replicas ?? 1);
}

function isFinished(job: KubeObject): boolean {
  return ['Complete', 'Failed'].some((type) => conditionOf(job, type)?.status === 'True');
}

const REVISION = 'deployment.kubernetes.io/revision';

/**
 * An older revision of a Deployment that has a newer one, or a run of a CronJob that would run something else by now: what refuses its
 * pods says nothing about the template of now.
 */
function isSuperseded(object: KubeObject, world: World): boolean {
  if (object.kind === 'Job') {
    const cron = cronOf(object, world);
    return cron !== undefined && !isOfNow(object, cron);
  }
  if (object.kind !== 'ReplicaSet') return false;
  const owner = world.owners(object).at(0);
  if (owner?.kind !== 'Deployment') return false;
  const revision = (set: KubeObject) => Number(set.metadata.annotations?.[REVISION] ?? 0);
  return world.list('apps/v1', 'ReplicaSet', object.metadata.namespace).some((other) => other.metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) === true && revision(other) > revision(object));
}
