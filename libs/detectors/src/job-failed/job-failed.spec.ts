import type { KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { anOwner, condition, worldOf, type OwnerParts } from '../owner.fixture.ts';
import { jobFailed } from './job-failed.ts';

const run = (args: readonly string[], more: Readonly<Record<string, unknown>> = {}) => ({ backoffLimit: 1, template: { spec: { containers: [{ name: 'app', image: 'registry.test/report:1', args }], restartPolicy: 'Never' } }, ...more });
const failed = (reason = 'BackoffLimitExceeded') => ({ conditions: [condition('FailureTarget', 'True', reason), condition('Failed', 'True', reason)] });
const cron = (args: readonly string[] = ['--exit=1'], spec: Readonly<Record<string, unknown>> = {}) => anOwner('CronJob', { name: 'report', spec: { jobTemplate: { spec: run(args) }, ...spec } });
const job = (name: string, owner: KubeObject | undefined, { status = failed(), spec = run(['--exit=1']), metadata }: OwnerParts = {}) =>
  anOwner('Job', { name, spec: { completions: 1, parallelism: 1, completionMode: 'NonIndexed', ...spec }, status, ...(owner ? { owner } : {}), ...(metadata ? { metadata } : {}) });
const inspect = (object: KubeObject, ...others: readonly KubeObject[]) => inspectPurely(jobFailed, object, worldOf(object, ...others));

describe('job-failed', () => {
  it('reports a Job that gave up, with the container that ended badly and how', () => {
    const object = job('migrate', undefined);
    const pod = anOwner('Pod', { name: 'migrate-x', owner: object, status: { phase: 'Failed', containerStatuses: [{ name: 'app', state: { terminated: { exitCode: 3, reason: 'Error' } } }] } });
    expect(inspect(object, pod)).toEqual([{
      class: 'JobFailed', subCause: 'BackoffLimitExceeded', target: { apiVersion: 'batch/v1', kind: 'Job', namespace: 'shop', name: 'migrate', container: 'app' },
      observation: { reason: 'BackoffLimitExceeded', message: 'its pods failed more often than it may retry', exitCode: 3 },
    }]);
  });

  it.each(['DeadlineExceeded', 'PodFailurePolicy', 'MaxFailedIndexesExceeded'])('keeps %s apart', (reason) => {
    expect(inspect(job('migrate', undefined, { status: failed(reason) }))).toMatchObject([{ subCause: reason }]);
  });

  it('reports the CronJob whose last run failed', () => {
    const owner = cron();
    expect(inspect(job('report-1', owner), owner)).toMatchObject([{ target: { kind: 'CronJob', name: 'report' } }]);
  });

  it('is silent about a run that a later one has made up for, and about one of a template that was changed since', () => {
    const owner = cron();
    const later = job('report-2', owner, { status: { conditions: [condition('Complete', 'True', 'CompletionsReached')] }, metadata: { creationTimestamp: '2026-01-05T09:05:00Z' } });
    expect(inspect(job('report-1', owner), owner, later)).toEqual([]);
    const mended = cron(['--exit=0']);
    expect(inspect(job('report-1', mended), mended)).toEqual([]);
  });

  it('is silent about runs of a suspended CronJob, a Job that runs, one that is done, and one that was suspended', () => {
    const asleep = cron(['--exit=1'], { suspend: true });
    expect(inspect(job('report-1', asleep), asleep)).toEqual([]);
    for (const conditions of [[], [condition('Complete', 'True', 'CompletionsReached')], [condition('Suspended', 'True', 'JobSuspended')], [condition('Failed', 'False', 'BackoffLimitExceeded')]]) expect(inspect(job('migrate', undefined, { status: { conditions } }))).toEqual([]);
  });
});
