import { parseTime } from '@fleetmend/kernel';
import type { KubeObject } from '../../objects.ts';
import { at, isObject, type Json, listAt, numberAt, textAt, textsAt } from '../json.ts';
import { age, humanDuration } from './ages.ts';
import { columns, type Table } from './table.ts';

/** `a=b,c=d`, or `<none>`. */
export function formatLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`).sort();
  return pairs.length === 0 ? '<none>' : pairs.join(',');
}

/** A label selector as text: `app=web,tier in (a,b),!x`. */
export function formatSelector(selector: unknown): string {
  if (!isObject(selector)) return '<none>';
  const equal = Object.entries(textsAt(selector, 'matchLabels')).map(([key, value]) => `${key}=${value}`);
  const others = listAt(selector, 'matchExpressions').map((item) => {
    const key = textAt(item, 'key');
    const values = ((item['values'] ?? []) as readonly string[]).join(',');
    const operator = textAt(item, 'operator');
    return operator === 'Exists' ? key : operator === 'DoesNotExist' ? `!${key}` : `${key} ${operator === 'In' ? 'in' : 'notin'} (${values})`;
  });
  const parts = [...equal, ...others].sort();
  return parts.length === 0 ? '<none>' : parts.join(',');
}

function containerCells(template: unknown): readonly [string, string] {
  const containers = listAt(template, 'spec', 'containers');
  return [containers.map((container) => textAt(container, 'name')).join(','), containers.map((container) => textAt(container, 'image')).join(',')];
}

const made = (object: KubeObject, now: number) => age(object.metadata.creationTimestamp, now);

const DEPLOYMENT: Table = {
  columns: columns('Name!', 'Ready', 'Up-to-date', 'Available', 'Age', '+Containers', '+Images', '+Selector'),
  cells: (object, now) => [
    object.metadata.name, `${numberAt(object, 'status', 'readyReplicas')}/${numberAt(object, 'spec', 'replicas')}`, numberAt(object, 'status', 'updatedReplicas'), numberAt(object, 'status', 'availableReplicas'), made(object, now),
    ...containerCells(at(object, 'spec', 'template')), formatSelector(at(object, 'spec', 'selector')),
  ],
};

const REPLICA_SET: Table = {
  columns: columns('Name!', '#Desired', '#Current', '#Ready', 'Age', '+Containers', '+Images', '+Selector'),
  cells: (object, now) => [
    object.metadata.name, numberAt(object, 'spec', 'replicas'), numberAt(object, 'status', 'replicas'), numberAt(object, 'status', 'readyReplicas'), made(object, now),
    ...containerCells(at(object, 'spec', 'template')), formatSelector(at(object, 'spec', 'selector')),
  ],
};

const STATEFUL_SET: Table = {
  columns: columns('Name!', 'Ready', 'Age', '+Containers', '+Images'),
  cells: (object, now) => [object.metadata.name, `${numberAt(object, 'status', 'readyReplicas')}/${numberAt(object, 'spec', 'replicas')}`, made(object, now), ...containerCells(at(object, 'spec', 'template'))],
};

const DAEMON_SET: Table = {
  columns: columns('Name!', '#Desired', '#Current', '#Ready', '#Up-to-date', '#Available', 'Node Selector', 'Age', '+Containers', '+Images', '+Selector'),
  cells: (object, now) => [
    object.metadata.name,
    ...['desiredNumberScheduled', 'currentNumberScheduled', 'numberReady', 'updatedNumberScheduled', 'numberAvailable'].map((field) => numberAt(object, 'status', field)),
    formatLabels(textsAt(object, 'spec', 'template', 'spec', 'nodeSelector')), made(object, now),
    ...containerCells(at(object, 'spec', 'template')), formatSelector(at(object, 'spec', 'selector')),
  ],
};

const JOB: Table = {
  columns: columns('Name!', 'Status', 'Completions', 'Duration', 'Age', '+Containers', '+Images', '+Selector'),
  cells: (object, now) => [object.metadata.name, jobStatus(object), completions(object), jobDuration(object, now), made(object, now), ...containerCells(at(object, 'spec', 'template')), formatSelector(at(object, 'spec', 'selector'))],
};

function jobStatus(job: KubeObject): string {
  const has = (type: string) => listAt(job, 'status', 'conditions').some((condition) => condition['type'] === type && condition['status'] === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  for (const type of ['Suspended', 'FailureTarget', 'SuccessCriteriaMet']) if (has(type)) return type;
  return 'Running';
}

function completions(job: KubeObject): string {
  const done = numberAt(job, 'status', 'succeeded');
  const wanted = at(job, 'spec', 'completions');
  if (typeof wanted === 'number') return `${done}/${wanted}`;
  const parallel = numberAt(job, 'spec', 'parallelism');
  return parallel > 1 ? `${done}/1 of ${parallel}` : `${done}/1`;
}

function jobDuration(job: KubeObject, now: number): string {
  const start = parseTime(textAt(job, 'status', 'startTime'));
  if (start === undefined) return '';
  return humanDuration((parseTime(textAt(job, 'status', 'completionTime')) ?? now) - start);
}

const CRON_JOB: Table = {
  columns: columns('Name!', 'Schedule', 'Timezone', 'Suspend', '#Active', 'Last Schedule', 'Age', '+Containers', '+Images', '+Selector').map((column) => (column.name === 'Suspend' ? { ...column, type: 'boolean' } : column)),
  cells(object, now) {
    const last = textAt(object, 'status', 'lastScheduleTime');
    const job = at(object, 'spec', 'jobTemplate', 'spec') as Json | undefined;
    return [
      object.metadata.name, textAt(object, 'spec', 'schedule'), textAt(object, 'spec', 'timeZone') || '<none>', at(object, 'spec', 'suspend') === true ? 'True' : 'False', listAt(object, 'status', 'active').length,
      last === '' ? '<none>' : age(last, now), made(object, now), ...containerCells(job?.['template']), formatSelector(job?.['selector']),
    ];
  },
};

const REVISION: Table = {
  columns: columns('Name!', 'Controller', 'Revision', 'Age'),
  cells(object, now) {
    const owner = object.metadata.ownerReferences?.find((reference) => reference.controller === true);
    const group = owner?.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0] ?? ''}` : '';
    return [object.metadata.name, owner ? `${owner.kind.toLowerCase()}${group}/${owner.name}` : '<none>', numberAt(object, 'revision'), made(object, now)];
  },
};

export const WORKLOAD_TABLES: Readonly<Record<string, Table>> = {
  'apps/controllerrevisions': REVISION,
  'apps/daemonsets': DAEMON_SET,
  'apps/deployments': DEPLOYMENT,
  'apps/replicasets': REPLICA_SET,
  'apps/statefulsets': STATEFUL_SET,
  'batch/cronjobs': CRON_JOB,
  'batch/jobs': JOB,
};
