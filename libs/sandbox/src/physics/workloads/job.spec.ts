import { minutes, seconds } from '@fleetmend/kernel';
import { expect, test } from 'vitest';
import { LABAPP_IMAGE } from '../../images/catalog.ts';
import { smallCluster, TESTER, type SmallCluster } from '../spec-support/small-cluster.ts';
import type { Job, JobSpec } from '../shapes/workloads.ts';

const job = (args: readonly string[], spec: Partial<JobSpec> = {}): Job => ({
  apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'import', namespace: 'shop' },
  spec: { template: { spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 1, containers: [{ name: 'app', image: LABAPP_IMAGE, args }] } }, ...spec },
});
const read = ({ objects }: SmallCluster): Job | undefined => objects.get<Job>('batch/v1', 'Job', 'shop', 'import');
const conditions = (cluster: SmallCluster): readonly string[] => (read(cluster)?.status?.conditions ?? []).map(({ type, status, reason }) => `${type} ${status} ${reason ?? ''}`);
const failOn = (values: readonly number[], action: 'FailJob' | 'Ignore') => ({ backoffLimit: 1, podFailurePolicy: { rules: [{ action, onExitCodes: { operator: 'In' as const, values } }] } });

test('a suspended Job has no pods until it goes on, and gives up those that it has when it is suspended', async () => {
  const cluster = smallCluster();
  cluster.objects.create(job([], { suspend: true }), TESTER);
  await cluster.clock.run(seconds(10));
  expect(cluster.pods()).toEqual([]);
  expect(conditions(cluster)).toEqual(['Suspended True JobSuspended']);
  expect(read(cluster)?.status?.startTime).toBeUndefined();
  const live = read(cluster);
  if (!live) throw new Error('the Job is gone');
  cluster.objects.update<Job>({ ...live, spec: { ...live.spec, suspend: false } }, TESTER);
  await cluster.clock.run(seconds(10));
  expect(cluster.pods()).toHaveLength(1);
  expect(conditions(cluster)).toEqual(['Suspended False JobResumed']);
  const running = read(cluster);
  if (!running) throw new Error('the Job is gone');
  cluster.objects.update<Job>({ ...running, spec: { ...running.spec, suspend: true } }, TESTER);
  await cluster.clock.run(seconds(10));
  expect(cluster.pods()).toEqual([]);
  expect([cluster.events('Suspended'), cluster.events('Resumed')].map((events) => events.length)).toEqual([1, 1]);
});

test('a Job past its deadline is going to fail, takes its pod away, and fails once that is gone', async () => {
  const cluster = smallCluster();
  cluster.objects.create(job(['--log=work'], { activeDeadlineSeconds: 5 }), TESTER);
  await cluster.clock.runUntil(() => conditions(cluster).length > 0, seconds(30), 'the deadline');
  expect(conditions(cluster)).toEqual(['FailureTarget True DeadlineExceeded']);
  await cluster.clock.run(seconds(10));
  expect(conditions(cluster)).toEqual(['FailureTarget True DeadlineExceeded', 'Failed True DeadlineExceeded']);
  expect(cluster.pods()).toEqual([]);
  expect(read(cluster)?.status?.failed).toBe(1);
  expect(cluster.events('SuccessfulDelete')).toHaveLength(1);
});

test('a failure policy fails a Job at the first pod with such an exit code', async () => {
  const cluster = smallCluster();
  cluster.objects.create(job(['--exit=42'], failOn([42], 'FailJob')), TESTER);
  await cluster.clock.run(seconds(10));
  expect(conditions(cluster)).toEqual(['FailureTarget True PodFailurePolicy', 'Failed True PodFailurePolicy']);
  expect(read(cluster)?.status?.failed).toBe(1);
  expect(cluster.events('PodFailurePolicy')[0]?.message).toMatch(/^Container app for pod shop\/import-\w{5} failed with exit code 42 matching FailJob rule at index 0$/);
});

test('a failure policy may let failures go uncounted', async () => {
  const cluster = smallCluster();
  cluster.objects.create(job(['--exit=42'], failOn([42], 'Ignore')), TESTER);
  await cluster.clock.run(minutes(2));
  expect(conditions(cluster)).toEqual([]);
  expect(read(cluster)?.status?.failed).toBeUndefined();
});
