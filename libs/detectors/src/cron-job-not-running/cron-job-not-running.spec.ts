import type { KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { anEvent, anOwner, worldOf, type OwnerParts } from '../owner.fixture.ts';
import { cronJobNotRunning } from './cron-job-not-running.ts';

const cron = ({ spec, status, metadata }: OwnerParts = {}) => anOwner('CronJob', { name: 'report', metadata: { generation: 2, ...metadata }, spec: { schedule: '*/5 * * * *', ...spec }, status: status ?? {} });
const inspect = (object: KubeObject, ...others: readonly KubeObject[]) => inspectPurely(cronJobNotRunning, object, worldOf(object, ...others));
const at = (minute: number) => ({ at: `2026-01-05T09:${String(minute).padStart(2, '0')}:00Z` });
const waits = 'Not starting job because prior execution is running and concurrency policy is Forbid';

describe('cron-job-not-running', () => {
  it('reports a CronJob that was suspended by a change', () => {
    expect(inspect(cron({ spec: { suspend: true } }))).toMatchObject([{ class: 'CronJobNotRunning', subCause: 'Suspended', target: { kind: 'CronJob', name: 'report' } }]);
  });

  it('reports a schedule that never comes, and a time zone that is not known, in what the controller says of them', () => {
    const never = cron({ spec: { schedule: '0 0 31 2 *' } });
    expect(inspect(never, anEvent(never, 'InvalidSchedule', 'invalid schedule: 0 0 31 2 * : time difference between two schedules is less than 1 second'))).toMatchObject([{ subCause: 'InvalidSchedule' }]);
    const nowhere = cron({ spec: { timeZone: 'Europe/Atlantis' } });
    expect(inspect(nowhere, anEvent(nowhere, 'UnknownTimeZone', 'invalid timeZone: "Europe/Atlantis": unknown time zone Europe/Atlantis'))).toMatchObject([{ subCause: 'UnknownTimeZone' }]);
  });

  it('reports a starting window that is never open, and runs that miss theirs', () => {
    expect(inspect(cron({ spec: { startingDeadlineSeconds: 0 } }))).toMatchObject([{ subCause: 'NoStartingWindow' }]);
    const late = cron();
    expect(inspect(late, anEvent(late, 'MissSchedule', 'Missed scheduled time to start a job: a', at(5)), anEvent(late, 'MissSchedule', 'Missed scheduled time to start a job: b', at(10)))).toMatchObject([{ subCause: 'MissedDeadline' }]);
  });

  it('reports a run that holds up the next ones', () => {
    const held = cron({ status: { lastScheduleTime: '2026-01-05T09:00:00Z' } });
    expect(inspect(held, anEvent(held, 'JobAlreadyActive', waits, { ...at(20), count: 4 }))).toMatchObject([{ subCause: 'Blocked' }]);
  });

  it('reports runs that the next one ends each time, and none where one came to its end since', () => {
    const replacing = (lastSuccessfulTime: string, concurrencyPolicy = 'Replace') => cron({ spec: { concurrencyPolicy }, status: { lastScheduleTime: '2026-01-05T09:20:00Z', lastSuccessfulTime } });
    const ended = (object: KubeObject) => [5, 10, 15].map((minute) => anEvent(object, 'SuccessfulDelete', `Deleted job report-${minute}`, at(minute)));
    const inspected = (object: KubeObject) => inspect(object, ...ended(object));
    expect(inspected(replacing('2026-01-05T09:01:00Z'))).toMatchObject([{ class: 'CronJobNotRunning', subCause: 'Replaced' }]);
    expect(inspected(replacing('2026-01-05T09:11:00Z'))).toEqual([]);
    expect(inspected(replacing('2026-01-05T09:01:00Z', 'Forbid'))).toEqual([]);
  });

  it('is silent about what the controller said of an earlier schedule', () => {
    const mended = cron();
    expect(inspect(mended, anEvent(mended, 'InvalidSchedule', 'invalid schedule: 0 0 31 2 * : time difference between two schedules is less than 1 second'))).toEqual([]);
  });

  it('is silent about one that was made as suspended, that runs, that missed one run, or whose run is a little late', () => {
    expect(inspect(cron({ spec: { suspend: true }, metadata: { generation: 1 } }))).toEqual([]);
    const runs = cron({ status: { lastScheduleTime: '2026-01-05T09:10:00Z' } });
    const started = anEvent(runs, 'SuccessfulCreate', 'Created job report-1', at(10));
    expect(inspect(runs, started)).toEqual([]);
    expect(inspect(runs, started, anEvent(runs, 'MissSchedule', 'a', at(4)), anEvent(runs, 'MissSchedule', 'b', at(5)), anEvent(runs, 'MissSchedule', 'c', at(15)))).toEqual([]);
    expect(inspect(runs, started, anEvent(runs, 'JobAlreadyActive', waits, { ...at(11), count: 9 }))).toEqual([]);
  });
});
