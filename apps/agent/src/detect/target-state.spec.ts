import type { KubeObject } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { createWorldCache } from '../watch/world-cache.ts';
import { endedPodsOf, madeBy, targetStateIn } from './target-state.ts';

const object = (apiVersion: string, kind: string, name: string, owner?: KubeObject, rest: Readonly<Record<string, unknown>> = {}): KubeObject => ({
  apiVersion, kind,
  metadata: { name, namespace: 'shop', uid: `uid-${name}`, ...(owner ? { ownerReferences: [{ apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid ?? '', controller: true }] } : {}) },
  ...rest,
});
const deployment = object('apps/v1', 'Deployment', 'checkout');
const replicaSet = object('apps/v1', 'ReplicaSet', 'checkout-1', deployment);
const cronJob = object('batch/v1', 'CronJob', 'report');
const job = object('batch/v1', 'Job', 'report-1', cronJob);
const scaler = object('autoscaling/v2', 'HorizontalPodAutoscaler', 'checkout-hpa');
const aPod = (owner: KubeObject, container: Readonly<Record<string, unknown>>, phase = 'Running') => object('v1', 'Pod', `${owner.metadata.name}-x`, owner, { status: { phase, containerStatuses: [{ name: 'app', ...container }] } });

function cacheWith(...objects: readonly KubeObject[]) {
  const cache = createWorldCache(() => undefined);
  for (const one of [deployment, replicaSet, cronJob, job, scaler, ...objects]) cache.sink(one.apiVersion, one.kind).upsert(one);
  return cache;
}
const target = (of: KubeObject, container?: string) => ({ apiVersion: of.apiVersion, kind: of.kind, namespace: 'shop', name: of.metadata.name, ...(container === undefined ? {} : { container }) });

describe('a target', () => {
  it.each<[string, KubeObject, KubeObject | undefined]>([
    ['with a pod that is ready', deployment, aPod(replicaSet, { ready: true })],
    ['that has no pods by nature', scaler, undefined],
    ['whose run is not ready yet', cronJob, aPod(job, { ready: false, state: { running: {} } })],
    ['whose run is being started', cronJob, aPod(job, { ready: false, state: { waiting: { reason: 'ContainerCreating' } } }, 'Pending')],
  ])('%s is healthy', (_what, of, pod) => {
    expect(targetStateIn(cacheWith(...(pod ? [pod] : [])), target(of))).toBe('healthy');
  });

  it.each<[string, KubeObject, KubeObject]>([
    ['with a pod that is not ready', deployment, aPod(replicaSet, { ready: false })],
    ['whose run waits for what does not come', cronJob, aPod(job, { ready: false, state: { waiting: { reason: 'ImagePullBackOff' } } }, 'Pending')],
  ])('%s is not', (_what, of, pod) => {
    expect(targetStateIn(cacheWith(pod), target(of))).toBe('unhealthy');
  });

  it('that does not exist any more is gone, an autoscaler too', () => {
    const cache = cacheWith();
    cache.sink(scaler.apiVersion, scaler.kind).remove(scaler);
    expect(targetStateIn(cache, target(scaler))).toBe('gone');
  });
});

it('what a target makes, and the pods that it left behind, are found through their owners', () => {
  const { world } = cacheWith(aPod(job, { state: { terminated: { exitCode: 1 } } }, 'Failed'));
  expect(madeBy(world, target(deployment)).map(({ metadata }) => metadata.name)).toEqual(['checkout-1']);
  expect(madeBy(world, target(cronJob)).map(({ metadata }) => metadata.name)).toEqual(['report-1']);
  expect(endedPodsOf(world, target(cronJob)).map(({ metadata }) => metadata.name)).toEqual(['report-1-x']);
  expect(endedPodsOf(world, target(deployment))).toEqual([]);
});
