import { minutes, parseTime, seconds } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { Detector, World } from '@fleetmend/plugin-api';
import { EVENT_READ, isLeaving, newestEvent, ownerFinding, wasChanged } from '../owners.ts';

interface View {
  readonly spec?: { readonly suspend?: boolean; readonly schedule?: string; readonly timeZone?: string; readonly startingDeadlineSeconds?: number; readonly concurrencyPolicy?: string };
  readonly status?: { readonly lastScheduleTime?: string; readonly lastSuccessfulTime?: string };
}
type Trouble = { readonly subCause: string; readonly message: string };

/** Events of one kind that say the same about each missed run, and since when that is more than a coincidence. */
const MOST_MISSED = 2;
const BLOCKED_FOR = minutes(3);
const MOST_REPLACED = 3;

/** A CronJob that does not start its runs: suspended, with a time that never comes, too late each time, behind a run that does not end, or ended by the next one each time. */
export const cronJobNotRunning: Detector = {
  kind: 'cron-job-not-running',
  classes: ['CronJobNotRunning'],
  reads: [
    { apiVersion: 'batch/v1', kind: 'CronJob', resource: 'cronjobs', fields: ['spec.suspend', 'spec.schedule', 'spec.timeZone', 'spec.startingDeadlineSeconds', 'spec.concurrencyPolicy', 'status.lastScheduleTime', 'status.lastSuccessfulTime'] },
    EVENT_READ,
  ],
  inspects: ['CronJob'],
  dwell: { time: seconds(60) },
  explainedBy: ['creation-refused', 'job-stuck', 'job-failed'],
  inspect: (object, world) => {
    if (object.kind !== 'CronJob' || isLeaving(object)) return [];
    const trouble = troubleOf(object, world);
    return trouble ? ownerFinding(object, world, { class: 'CronJobNotRunning', reason: trouble.subCause, ...trouble }) : [];
  },
};

function troubleOf(object: KubeObject, world: World): Trouble | undefined {
  const { spec = {} } = object as View & KubeObject;
  if (spec.suspend === true) return wasChanged(object) ? { subCause: 'Suspended', message: 'it is suspended' } : undefined;
  if (spec.startingDeadlineSeconds === 0) return { subCause: 'NoStartingWindow', message: 'its starting deadline of 0 seconds is always over' };
  return badSchedule(object, world) ?? missed(object, world) ?? blocked(object, world) ?? replaced(object, world);
}

/** What the controller says of the present schedule; what it said of an earlier one is over. */
function badSchedule(object: KubeObject, world: World): Trouble | undefined {
  const { schedule = '', timeZone } = (object as View & KubeObject).spec ?? {};
  const event = newestEvent(object, world, ['InvalidSchedule', 'UnparseableSchedule', 'UnParseableCronJobSchedule', 'UnknownTimeZone', 'SuccessfulCreate']);
  if (!event || event.reason === 'SuccessfulCreate') return undefined;
  if (event.reason === 'UnknownTimeZone') return timeZone !== undefined && event.message.includes(timeZone) ? { subCause: 'UnknownTimeZone', message: `the time zone ${timeZone} is not known` } : undefined;
  return event.message.includes(schedule) ? { subCause: 'InvalidSchedule', message: 'its schedule names no time that ever comes' } : undefined;
}

function missed(object: KubeObject, world: World): Trouble | undefined {
  const events = world.events(object).map((event) => event['reason']);
  const started = events.indexOf('SuccessfulCreate');
  const since = started < 0 ? events : events.slice(0, started);
  return since.filter((reason) => reason === 'MissSchedule').length >= MOST_MISSED ? { subCause: 'MissedDeadline', message: 'its runs miss their starting deadline' } : undefined;
}

/** One run that takes a little too long is not worth a word. */
function blocked(object: KubeObject, world: World): Trouble | undefined {
  const event = newestEvent(object, world, ['JobAlreadyActive', 'SuccessfulCreate']);
  if (event?.reason !== 'JobAlreadyActive' || event.count < MOST_MISSED) return undefined;
  const last = parseTime((object as View & KubeObject).status?.lastScheduleTime);
  const told = world.events(object).find(({ reason }) => reason === 'JobAlreadyActive')?.['lastTimestamp'];
  const at = parseTime(typeof told === 'string' ? told : undefined);
  if (last === undefined || at === undefined || at - last < BLOCKED_FOR) return undefined;
  return { subCause: 'Blocked', message: 'an earlier run has not ended, and its concurrency policy waits for it' };
}

/** Runs that take longer than the schedule is apart, and that make way for the next one: not one of them comes to its end. */
function replaced(object: KubeObject, world: World): Trouble | undefined {
  const { spec, status } = object as View & KubeObject;
  if (spec?.concurrencyPolicy !== 'Replace') return undefined;
  const done = parseTime(status?.lastSuccessfulTime) ?? 0;
  const since = world.events(object).filter(({ reason, lastTimestamp }) => reason === 'SuccessfulDelete' && (parseTime(typeof lastTimestamp === 'string' ? lastTimestamp : undefined) ?? 0) > done);
  return since.length >= MOST_REPLACED ? { subCause: 'Replaced', message: 'each of its runs is ended by the next one before it is done' } : undefined;
}
