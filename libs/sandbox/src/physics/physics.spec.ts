import { minutes, seconds } from '@fleetmend/kernel';
import { describe, expect, test } from 'vitest';
import { findCondition } from './runtime/conditions.ts';
import { app, smallCluster } from './spec-support/small-cluster.ts';

const hungry = { args: ['--log=checkout 1.4.0', '--hold-memory=100Mi', '--listen=8080'] };
const limited = (memory: string) => ({ ...hungry, resources: { requests: { memory: '32Mi' }, limits: { memory } } });

describe('a Deployment whose container needs more memory than its limit', () => {
  test('is killed with 137, restarts, and then waits in CrashLoopBackOff with the kill as its last state', async () => {
    const cluster = smallCluster();
    cluster.apply(app(limited('64Mi')));
    const terminated = () => cluster.pods()[0]?.status?.containerStatuses?.[0]?.state.terminated;
    await cluster.clock.runUntil(() => terminated() !== undefined, seconds(10), 'the first kill');
    expect(terminated()).toMatchObject({ reason: 'OOMKilled', exitCode: 137 });
    await cluster.clock.runUntil(() => cluster.container().state.waiting?.reason === 'CrashLoopBackOff', seconds(20), 'the crash loop');
    expect(cluster.container()).toMatchObject({ restartCount: 1, ready: false, started: false, lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } } });
    expect(cluster.container().state.waiting?.message).toMatch(/^back-off 8s restarting failed container=app pod=checkout-\w+-\w+_shop\([0-9a-f-]{36}\)$/);
    expect(cluster.errors).toEqual([]);
  });

  test('runs and becomes available once the limit is raised, on one pod of the new template', async () => {
    const cluster = smallCluster();
    cluster.apply(app(limited('64Mi')));
    await cluster.clock.run(minutes(1));
    expect(cluster.container().restartCount).toBeGreaterThan(2);
    cluster.apply(app(limited('128Mi')));
    await cluster.clock.run(seconds(20));
    expect(cluster.pods()).toHaveLength(1);
    expect(cluster.container()).toMatchObject({ ready: true, restartCount: 0 });
    const { status } = cluster.deployment();
    expect(status).toMatchObject({ replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 });
    expect(findCondition(status?.conditions, 'Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
    expect(findCondition(status?.conditions, 'Available')).toMatchObject({ status: 'True', reason: 'MinimumReplicasAvailable' });
    expect(cluster.deployment().metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');
  });

  test('counts its restarts on after the simulation itself was killed and started again', async () => {
    const cluster = smallCluster();
    cluster.apply(app(limited('64Mi')));
    await cluster.clock.run(seconds(40));
    const before = cluster.container().restartCount;
    cluster.restart();
    await cluster.clock.run(seconds(30));
    expect(cluster.container().restartCount).toBeGreaterThan(before);
    expect(cluster.container().lastState.terminated?.reason).toBe('OOMKilled');
    expect(cluster.pods()).toHaveLength(1);
  });
});

test('the same seeds tell the same story, down to names, ids and times', async () => {
  const tell = async () => {
    const cluster = smallCluster();
    cluster.apply(app({ ...limited('64Mi'), replicas: 3 }));
    await cluster.clock.run(minutes(1));
    return [cluster.pods(), cluster.events('BackOff'), cluster.objects.list('apps/v1', 'ReplicaSet')];
  };
  expect(await tell()).toEqual(await tell());
});

describe('a healthy Deployment', () => {
  test('keeps its pod and its start time when the simulation is started again', async () => {
    const cluster = smallCluster();
    cluster.apply(app(limited('128Mi')));
    await cluster.clock.run(seconds(30));
    const [pod] = cluster.pods();
    cluster.restart();
    await cluster.clock.run(minutes(2));
    expect(cluster.pods()).toHaveLength(1);
    expect(cluster.pods()[0]?.status?.containerStatuses).toEqual(pod?.status?.containerStatuses);
    expect(cluster.pods()[0]?.metadata.uid).toBe(pod?.metadata.uid);
  });

  test('tells the story of its start in events with the components of a real cluster', async () => {
    const cluster = smallCluster();
    cluster.apply(app(limited('128Mi')));
    await cluster.clock.run(seconds(30));
    expect(cluster.events('ScalingReplicaSet')[0]).toMatchObject({ message: expect.stringMatching(/^Scaled up replica set checkout-\w+ from 0 to 1$/), source: { component: 'deployment-controller' } });
    expect(cluster.events('SuccessfulCreate')[0]).toMatchObject({ source: { component: 'replicaset-controller' }, involvedObject: { kind: 'ReplicaSet' } });
    expect(cluster.events('Scheduled')[0]).toMatchObject({ reportingComponent: 'default-scheduler', message: expect.stringMatching(/^Successfully assigned shop\/checkout-\w+-\w+ to node-1$/) });
    expect(cluster.events('Started')[0]).toMatchObject({ message: 'Started container app', source: { component: 'kubelet', host: 'node-1' }, involvedObject: { fieldPath: 'spec.containers{app}' } });
  });

  test('rolls a new template out without ever having fewer ready pods than it may', async () => {
    const cluster = smallCluster();
    cluster.apply(app({ ...limited('128Mi'), replicas: 4 }));
    await cluster.clock.run(seconds(30));
    cluster.apply(app({ ...limited('256Mi'), replicas: 4 }));
    let fewest = 4;
    for (let step = 0; step < 200; step += 1) {
      await cluster.clock.run(200);
      fewest = Math.min(fewest, cluster.pods().filter((pod) => findCondition(pod.status?.conditions, 'Ready')?.status === 'True' && !pod.metadata.deletionTimestamp).length);
    }
    expect(fewest).toBe(3);
    expect(cluster.pods().map((pod) => pod.spec.containers[0]?.resources?.limits?.['memory'])).toEqual(['256Mi', '256Mi', '256Mi', '256Mi']);
  });
});
