import { hours, minutes, renderTime, seconds } from '@fleetmend/kernel';
import { describe, expect, test } from 'vitest';
import { LABAPP_IMAGE } from '../../images/catalog.ts';
import type { KubeObject } from '../../objects.ts';
import type { Job } from '../shapes/workloads.ts';
import { smallCluster, TESTER } from '../spec-support/small-cluster.ts';
import type { SmallCluster } from '../spec-support/small-cluster.ts';
import { readSchedule } from '../../api/kinds/cron-schedule.ts';
import { nextTime } from './cron-times.ts';

const labels = { app: 'thing' };
const template = (args: readonly string[], pod: Record<string, unknown> = {}) => ({ metadata: { labels }, spec: { ...pod, containers: [{ name: 'app', image: LABAPP_IMAGE, args }] } });
const names = (cluster: SmallCluster) => cluster.pods().map(({ metadata }) => metadata.name);

describe('a StatefulSet', () => {
  const set = (args: readonly string[], spec: Record<string, unknown> = {}): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'shop' },
    spec: { replicas: 3, serviceName: 'db', selector: { matchLabels: labels }, template: template(args), ...spec },
  });
  const healthy = ['--listen=8080'];

  test('starts its pods in order, each after the one before is ready', async () => {
    const cluster = smallCluster();
    cluster.apply(set(healthy));
    const seen: number[] = [];
    for (let step = 0; step < 100; step += 1) {
      await cluster.clock.run(100);
      if (seen.at(-1) !== names(cluster).length) seen.push(names(cluster).length);
    }
    expect(seen).toEqual([1, 2, 3]);
    expect(names(cluster)).toEqual(['db-0', 'db-1', 'db-2']);
    expect(cluster.objects.get('apps/v1', 'StatefulSet', 'shop', 'db')).toMatchObject({ status: { replicas: 3, readyReplicas: 3, updatedReplicas: 3 } });
  });

  test('waits for a broken first pod even after its template was fixed, until that pod is deleted', async () => {
    const cluster = smallCluster();
    cluster.apply(set(['--exit=1']));
    await cluster.clock.run(seconds(30));
    cluster.apply(set(healthy));
    await cluster.clock.run(minutes(1));
    expect(names(cluster)).toEqual(['db-0']);
    cluster.objects.delete('v1', 'Pod', 'shop', 'db-0');
    await cluster.clock.run(minutes(1));
    expect(names(cluster)).toEqual(['db-0', 'db-1', 'db-2']);
  });

  test('gives each pod a claim of its own, bound by the default class', async () => {
    const cluster = smallCluster();
    cluster.apply({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'fast', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } }, provisioner: 'lab.fleet.local/any' });
    const claim = { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
    cluster.apply(set(['--write=/data/x', '--listen=8080'], { replicas: 1, template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: LABAPP_IMAGE, args: ['--write=/data/x', '--listen=8080'], volumeMounts: [{ name: 'data', mountPath: '/data' }] }] } }, volumeClaimTemplates: [claim] }));
    await cluster.clock.run(seconds(20));
    expect(cluster.objects.get('v1', 'PersistentVolumeClaim', 'shop', 'data-db-0')).toMatchObject({ status: { phase: 'Bound' }, spec: { storageClassName: 'fast' } });
    expect(cluster.container()).toMatchObject({ ready: true, restartCount: 0 });
  });
});

test('a DaemonSet runs once on every node that it tolerates', async () => {
  const cluster = smallCluster();
  const node = (name: string, spec: Record<string, unknown> = {}): KubeObject => ({ apiVersion: 'v1', kind: 'Node', metadata: { name }, spec });
  cluster.apply(node('node-2'), node('node-3', { taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }] }));
  cluster.apply({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent', namespace: 'shop' }, spec: { selector: { matchLabels: labels }, template: template(['--listen=8080']) } });
  await cluster.clock.run(seconds(20));
  expect(cluster.pods().map(({ spec }) => spec.nodeName).sort()).toEqual(['node-1', 'node-2']);
  expect(cluster.objects.get('apps/v1', 'DaemonSet', 'shop', 'agent')).toMatchObject({ status: { desiredNumberScheduled: 2, numberReady: 2, numberAvailable: 2, updatedNumberScheduled: 2 } });
});

test('a DaemonSet leaves a pod on a node that was tainted later, and counts it as misscheduled', async () => {
  const cluster = smallCluster();
  const node = (spec: Record<string, unknown>): KubeObject => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-2' }, spec });
  cluster.apply(node({}), { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent', namespace: 'shop' }, spec: { selector: { matchLabels: labels }, template: template(['--listen=8080']) } });
  await cluster.clock.run(seconds(20));
  cluster.apply(node({ taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }] }));
  await cluster.clock.run(seconds(20));
  expect(cluster.objects.get('apps/v1', 'DaemonSet', 'shop', 'agent')).toMatchObject({ status: { desiredNumberScheduled: 1, currentNumberScheduled: 1, numberMisscheduled: 1 } });
  expect(cluster.pods()).toHaveLength(2);
});

describe('a Job', () => {
  const job = (args: readonly string[], spec: Record<string, unknown> = {}): KubeObject => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'migrate', namespace: 'shop' }, spec: { template: template(args, { restartPolicy: 'Never' }), ...spec } });
  const conditions = (cluster: SmallCluster) => cluster.objects.get<Job>('batch/v1', 'Job', 'shop', 'migrate')?.status?.conditions ?? [];

  test('completes', async () => {
    const cluster = smallCluster();
    cluster.apply(job(['--exit=0']));
    await cluster.clock.run(seconds(10));
    expect(conditions(cluster)).toContainEqual(expect.objectContaining({ type: 'Complete', status: 'True', reason: 'CompletionsReached' }));
    expect(cluster.objects.get('batch/v1', 'Job', 'shop', 'migrate')).toMatchObject({ status: { succeeded: 1 } });
  });

  test('fails with BackoffLimitExceeded after its retries, each in a pod of its own', async () => {
    const cluster = smallCluster();
    cluster.apply(job(['--exit=3'], { backoffLimit: 2 }));
    await cluster.clock.run(minutes(2));
    expect(conditions(cluster)).toContainEqual(expect.objectContaining({ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' }));
    expect(cluster.pods().map(({ status }) => status?.phase)).toEqual(['Failed', 'Failed', 'Failed']);
  });

  test('fails with DeadlineExceeded when it takes too long', async () => {
    const cluster = smallCluster();
    cluster.apply(job(['--listen=8080'], { activeDeadlineSeconds: 30 }));
    await cluster.clock.run(seconds(45));
    expect(conditions(cluster)).toContainEqual(expect.objectContaining({ type: 'Failed', reason: 'DeadlineExceeded' }));
    expect(cluster.pods()).toEqual([]);
  });
});

describe('a CronJob', () => {
  const cron = (spec: Record<string, unknown>): KubeObject => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'report', namespace: 'shop' },
    spec: { schedule: '*/10 * * * *', jobTemplate: { spec: { template: template(['--exit=0'], { restartPolicy: 'Never' }) } }, ...spec },
  });

  test('starts a Job at each time and keeps three', async () => {
    const cluster = smallCluster();
    cluster.apply(cron({}));
    await cluster.clock.run(hours(1) + seconds(30));
    expect(cluster.events('SuccessfulCreate').filter(({ involvedObject }) => involvedObject.kind === 'CronJob')).not.toHaveLength(0);
    expect(cluster.objects.list('batch/v1', 'Job')).toHaveLength(3);
    expect(cluster.objects.get('batch/v1', 'CronJob', 'shop', 'report')).toMatchObject({ status: { lastScheduleTime: renderTime(Date.UTC(2026, 0, 5, 10, 0, 0)) } });
  });

  test('whose time never comes says so, and starts nothing', async () => {
    const cluster = smallCluster();
    cluster.apply(cron({ schedule: '0 0 31 2 *' }));
    await cluster.clock.run(minutes(1));
    expect(cluster.events('InvalidSchedule')[0]?.message).toBe('invalid schedule: 0 0 31 2 * : time difference between two schedules is less than 1 second');
    expect(cluster.objects.list('batch/v1', 'Job')).toEqual([]);
  });

  test('with a window of no length starts nothing, and nobody says why', async () => {
    const cluster = smallCluster();
    cluster.apply(cron({ startingDeadlineSeconds: 0, schedule: '* * * * *' }));
    await cluster.clock.run(minutes(5));
    expect(cluster.objects.list('batch/v1', 'Job')).toEqual([]);
    expect(cluster.events('MissSchedule')).toEqual([]);
  });

  test('starts nothing while it is suspended', async () => {
    const cluster = smallCluster();
    cluster.objects.create(cron({ suspend: true }), TESTER);
    await cluster.clock.run(hours(1));
    expect(cluster.objects.list('batch/v1', 'Job')).toEqual([]);
  });
});

describe('schedules', () => {
  const monday = Date.UTC(2026, 0, 5, 9, 0, 0);
  test.each([
    ['* * * * *', undefined, '2026-01-05T09:01:00Z'],
    ['30 2 * * *', undefined, '2026-01-06T02:30:00Z'],
    ['0 0 1 * *', undefined, '2026-02-01T00:00:00Z'],
    ['0 12 * * sun', undefined, '2026-01-11T12:00:00Z'],
    ['0 0 13 * fri', undefined, '2026-01-09T00:00:00Z'],
    ['0 0 29 2 *', undefined, '2028-02-29T00:00:00Z'],
    ['@hourly', undefined, '2026-01-05T10:00:00Z'],
    ['0 9-17/4 * * 1-5', undefined, '2026-01-05T13:00:00Z'],
    ['0 3 * * *', 'Europe/Berlin', '2026-01-06T02:00:00Z'],
    ['30 2 29 3 *', 'Europe/Berlin', '2027-03-29T00:30:00Z'],
  ])('%s in %s comes next at %s', (text, zone, expected) => {
    const schedule = readSchedule(text);
    const next = 'problem' in schedule ? undefined : nextTime(schedule, monday, zone);
    expect(next === undefined ? undefined : renderTime(next)).toBe(expected);
  });

  test.each([
    ['', 'expected exactly 5 fields, found 1: []'],
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['a * * * *', 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['@sometimes', 'unrecognized descriptor: @sometimes'],
  ])('%j is no schedule: %s', (text, problem) => {
    expect(readSchedule(text)).toEqual({ problem });
  });
});
