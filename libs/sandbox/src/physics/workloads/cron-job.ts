import { messageOf, parseTime, renderTime } from '@fleetmend/kernel';
import { isTimeZone, readSchedule } from '../../api/kinds/cron-schedule.ts';
import type { Schedule } from '../../api/kinds/cron-schedule.ts';
import { StatusError } from '../../objects.ts';
import { isTrue } from '../runtime/conditions.ts';
import { controllerIdentity } from '../runtime/context.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { controllerReference, isControlledBy } from '../runtime/keys.ts';
import type { CronJob, Job } from '../shapes/workloads.ts';
import { nextTime } from './cron-times.ts';
import { isFinished } from './job.ts';
import { startWorkloadLoop } from './workload-loop.ts';

const FROM = 'cronjob-controller';
const AS = controllerIdentity(FROM);
/** The real controller gives up counting there. */
const MOST_MISSED = 100;

/** Starts a Job at every scheduled time, as `concurrencyPolicy` and `startingDeadlineSeconds` allow, and keeps the history short. */
export function startCronJobController(context: PhysicsContext): void {
  startWorkloadLoop<CronJob>(context, { name: FROM, apiVersion: 'batch/v1', kind: 'CronJob', reconcile: (cron) => reconcile(context, cron), makes: [['batch/v1', 'Job']] });
}

function reconcile(context: PhysicsContext, cron: CronJob): number | undefined {
  const { objects, clock } = context;
  const jobs = objects.list<Job>('batch/v1', 'Job', { ...(cron.metadata.namespace ? { namespace: cron.metadata.namespace } : {}) }).filter((job) => isControlledBy(job, cron));
  trimHistory(context, cron, jobs);
  const active = jobs.filter((job) => !isFinished(job));
  const done = jobs.filter((job) => isTrue(job.status?.conditions, 'Complete')).map(({ status }) => status?.completionTime ?? '').sort().at(-1);
  const { timeZone } = cron.spec;
  const schedule = readSchedule(cron.spec.schedule);
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    note(context, cron, 'Warning', 'UnknownTimeZone', `invalid timeZone: "${timeZone}": unknown time zone ${timeZone}`);
    return undefined;
  }
  if ('problem' in schedule) {
    if (!cron.spec.suspend) note(context, cron, 'Warning', 'UnparseableSchedule', `unparseable schedule: "${cron.spec.schedule}" : ${schedule.problem}`);
    return undefined;
  }
  if (!cron.spec.suspend && nextTime(schedule, clock.now(), timeZone) === undefined) {
    note(context, cron, 'Warning', 'InvalidSchedule', `invalid schedule: ${cron.spec.schedule} : time difference between two schedules is less than 1 second`);
    return undefined;
  }
  const due = cron.spec.suspend ? undefined : dueTime(context, cron, schedule);
  const started = due === undefined ? undefined : start(context, cron, { due, active });
  writeStatus(context, cron, { active: started ? [...active, started] : active, scheduled: started ? due : undefined, done });
  const next = cron.spec.suspend ? undefined : nextTime(schedule, clock.now(), timeZone);
  return next === undefined ? undefined : next - clock.now();
}

/** The latest scheduled time that has passed and was not served yet. */
function dueTime(context: PhysicsContext, cron: CronJob, schedule: Schedule): number | undefined {
  const now = context.clock.now();
  const { startingDeadlineSeconds, timeZone } = cron.spec;
  const last = parseTime(cron.status?.lastScheduleTime) ?? parseTime(cron.metadata.creationTimestamp) ?? now;
  const since = startingDeadlineSeconds === undefined ? last : Math.max(last, now - startingDeadlineSeconds * 1000);
  let due: number | undefined;
  let missed = 0;
  for (let at = nextTime(schedule, since, timeZone); at !== undefined && at <= now; at = nextTime(schedule, at, timeZone)) {
    due = at;
    missed += 1;
    if (missed > MOST_MISSED) {
      note(context, cron, 'Warning', 'TooManyMissedTimes', 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew');
      return now - (now % 60_000);
    }
  }
  if (due === undefined || startingDeadlineSeconds === undefined || due + startingDeadlineSeconds * 1000 >= now) return due;
  note(context, cron, 'Warning', 'MissSchedule', `Missed scheduled time to start a job: ${renderRfc1123(due)}`);
  return undefined;
}

/** `Mon, 05 Jan 2026 09:10:00 +0000`. */
function renderRfc1123(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000');
}

function start(context: PhysicsContext, cron: CronJob, { due, active }: { readonly due: number; readonly active: readonly Job[] }): Job | undefined {
  const { objects } = context;
  const { concurrencyPolicy = 'Allow', jobTemplate } = cron.spec;
  const name = `${cron.metadata.name}-${Math.floor(due / 60_000)}`;
  if (active.some((job) => job.metadata.name === name)) return undefined;
  if (concurrencyPolicy === 'Forbid' && active.length > 0) {
    note(context, cron, 'Normal', 'JobAlreadyActive', 'Not starting job because prior execution is running and concurrency policy is Forbid');
    return undefined;
  }
  if (concurrencyPolicy === 'Replace') for (const job of active) remove(context, cron, job);
  try {
    const job = objects.create<Job>(
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: {
          name,
          ...(cron.metadata.namespace ? { namespace: cron.metadata.namespace } : {}),
          ...(jobTemplate.metadata?.labels ? { labels: jobTemplate.metadata.labels } : {}),
          annotations: { ...jobTemplate.metadata?.annotations, 'batch.kubernetes.io/cronjob-scheduled-timestamp': renderTime(due) },
          ownerReferences: [controllerReference(cron)],
        },
        spec: jobTemplate.spec,
      },
      AS,
    );
    note(context, cron, 'Normal', 'SuccessfulCreate', `Created job ${name}`);
    return job;
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'AlreadyExists') return objects.get<Job>('batch/v1', 'Job', cron.metadata.namespace, name);
    note(context, cron, 'Warning', 'FailedCreate', `Error creating job: ${messageOf(error)}`);
    throw error;
  }
}

function trimHistory(context: PhysicsContext, cron: CronJob, jobs: readonly Job[]): void {
  const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = cron.spec;
  for (const [type, limit] of [['Complete', successfulJobsHistoryLimit], ['Failed', failedJobsHistoryLimit]] as const) {
    const ended = jobs.filter((job) => isTrue(job.status?.conditions, type)).sort((a, b) => a.metadata.name.localeCompare(b.metadata.name));
    for (const job of ended.slice(0, Math.max(0, ended.length - limit))) remove(context, cron, job);
  }
}

function remove(context: PhysicsContext, cron: CronJob, { metadata }: Job): void {
  context.objects.delete('batch/v1', 'Job', metadata.namespace, metadata.name, { propagationPolicy: 'Background' });
  note(context, cron, 'Normal', 'SuccessfulDelete', `Deleted job ${metadata.name}`);
}

function note({ events }: PhysicsContext, about: CronJob, type: 'Normal' | 'Warning', reason: string, message: string): void {
  events.record({ about, from: FROM, type, reason, message });
}

function writeStatus({ objects }: PhysicsContext, cron: CronJob, { active, scheduled, done }: { readonly active: readonly Job[]; readonly scheduled: number | undefined; readonly done: string | undefined }): void {
  const lastScheduleTime = scheduled === undefined ? cron.status?.lastScheduleTime : renderTime(scheduled);
  const lastSuccessfulTime = done || cron.status?.lastSuccessfulTime;
  objects.updateStatus<CronJob>(
    {
      ...cron,
      status: {
        ...(active.length > 0 ? { active: active.map(({ metadata }) => ({ apiVersion: 'batch/v1', kind: 'Job', name: metadata.name, namespace: metadata.namespace, resourceVersion: metadata.resourceVersion, uid: metadata.uid })) } : {}),
        ...(lastScheduleTime ? { lastScheduleTime } : {}),
        ...(lastSuccessfulTime ? { lastSuccessfulTime } : {}),
      },
    },
    AS,
  );
}
