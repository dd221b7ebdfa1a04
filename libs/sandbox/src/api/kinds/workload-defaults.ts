import type { Draft } from '../cluster.ts';
import { isObject, type Json, listAt } from '../json.ts';
import { defaultTemplate } from './pod-spec-defaults.ts';

function specOf(draft: Draft): Json {
  draft['spec'] ??= {};
  return draft['spec'] as Json;
}

export function defaultDeployment(draft: Draft): void {
  const spec = specOf(draft);
  spec['replicas'] ??= 1;
  spec['revisionHistoryLimit'] ??= 10;
  spec['progressDeadlineSeconds'] ??= 600;
  const strategy = (spec['strategy'] ??= {}) as Json;
  strategy['type'] ??= 'RollingUpdate';
  if (strategy['type'] === 'RollingUpdate') {
    const rolling = (strategy['rollingUpdate'] ??= {}) as Json;
    rolling['maxUnavailable'] ??= '25%';
    rolling['maxSurge'] ??= '25%';
  }
  defaultTemplate(spec);
}

export function defaultReplicaSet(draft: Draft): void {
  const spec = specOf(draft);
  spec['replicas'] ??= 1;
  defaultTemplate(spec);
}

export function defaultDaemonSet(draft: Draft): void {
  const spec = specOf(draft);
  spec['revisionHistoryLimit'] ??= 10;
  const strategy = (spec['updateStrategy'] ??= {}) as Json;
  strategy['type'] ??= 'RollingUpdate';
  if (strategy['type'] === 'RollingUpdate') {
    const rolling = (strategy['rollingUpdate'] ??= {}) as Json;
    rolling['maxUnavailable'] ??= 1;
    rolling['maxSurge'] ??= 0;
  }
  defaultTemplate(spec);
}

export function defaultStatefulSet(draft: Draft): void {
  const spec = specOf(draft);
  spec['replicas'] ??= 1;
  spec['revisionHistoryLimit'] ??= 10;
  spec['podManagementPolicy'] ??= 'OrderedReady';
  spec['serviceName'] ??= '';
  const strategy = (spec['updateStrategy'] ??= {}) as Json;
  if (strategy['type'] === undefined) {
    strategy['type'] = 'RollingUpdate';
    strategy['rollingUpdate'] ??= {};
  }
  if (strategy['type'] === 'RollingUpdate' && isObject(strategy['rollingUpdate'])) strategy['rollingUpdate']['partition'] ??= 0;
  const retention = (spec['persistentVolumeClaimRetentionPolicy'] ??= {}) as Json;
  retention['whenDeleted'] ??= 'Retain';
  retention['whenScaled'] ??= 'Retain';
  for (const claim of listAt(spec, 'volumeClaimTemplates')) {
    claim['apiVersion'] ??= 'v1';
    claim['kind'] ??= 'PersistentVolumeClaim';
    if (isObject(claim['spec'])) claim['spec']['volumeMode'] ??= 'Filesystem';
    claim['status'] ??= { phase: 'Pending' };
  }
  defaultTemplate(spec);
}

export function defaultJob(draft: Draft): void {
  defaultJobSpec(specOf(draft));
  const labels = ((draft['spec'] as Json)['template'] as Json)['metadata'] as Json;
  if (isObject(labels['labels']) && Object.keys(draft.metadata.labels ?? {}).length === 0) draft.metadata.labels = { ...(labels['labels'] as Record<string, string>) };
}

function defaultJobSpec(spec: Json): void {
  if (spec['completions'] === undefined && spec['parallelism'] === undefined) spec['completions'] = 1;
  spec['parallelism'] ??= 1;
  spec['backoffLimit'] ??= spec['backoffLimitPerIndex'] === undefined ? 6 : 2_147_483_647;
  spec['completionMode'] ??= 'NonIndexed';
  spec['suspend'] ??= false;
  spec['podReplacementPolicy'] ??= spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed';
  spec['manualSelector'] ??= false;
  defaultTemplate(spec);
}

export function defaultCronJob(draft: Draft): void {
  const spec = specOf(draft);
  spec['concurrencyPolicy'] ??= 'Allow';
  spec['suspend'] ??= false;
  spec['successfulJobsHistoryLimit'] ??= 3;
  spec['failedJobsHistoryLimit'] ??= 1;
  const template = (spec['jobTemplate'] ??= {}) as Json;
  template['metadata'] ??= {};
  const job = (template['spec'] ??= {}) as Json;
  defaultTemplate(job);
}

/** A job selects its pods by its own uid, unless its maker insists on another selector. */
export function labelJob(draft: Draft): void {
  const spec = draft['spec'] as Json;
  if (spec['manualSelector'] === true) return;
  const uid = String(draft.metadata['uid']);
  const template = spec['template'] as Json;
  const metadata = template['metadata'] as Json;
  const name = draft.metadata.name;
  metadata['labels'] = { ...(metadata['labels'] as Json | undefined), 'batch.kubernetes.io/controller-uid': uid, 'batch.kubernetes.io/job-name': name, 'controller-uid': uid, 'job-name': name };
  if (Object.keys(draft.metadata.labels ?? {}).length === 0) draft.metadata.labels = { ...(metadata['labels'] as Record<string, string>) };
  spec['selector'] = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } };
}
