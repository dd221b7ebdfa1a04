import type { KubeObject, ObjectDiff } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { costOf } from './cost.ts';
import { LIST_PRICES } from './prices.ts';

const workload = (kind: string, resources: object, spec: object = {}, pod: object = {}): KubeObject =>
  ({ apiVersion: 'apps/v1', kind, metadata: { name: 'a' }, spec: { ...spec, template: { spec: { containers: [{ name: 'app', resources }], ...pod } } } }) as KubeObject;
const diff = (before: KubeObject | undefined, after: KubeObject): ObjectDiff => ({ ref: { apiVersion: 'apps/v1', kind: after.kind, name: 'a' }, op: 'Update', paths: [], before, after });
const gib = (amount: string) => ({ requests: { memory: amount } });
const delta = (diffs: readonly ObjectDiff[], more: object = {}) => costOf({ diffs, clusters: 1, readyPods: 0, ...more }).monthlyDeltaUSD;
/** 730 hours of one GiB. */
const GIB = 3.24;

describe('the cost of a change', () => {
  it('is what its pods reserve more, times how many there are, times the hours of a month', () => {
    expect(delta([diff(workload('Deployment', gib('1Gi')), workload('Deployment', gib('2Gi')))])).toBe(GIB);
    expect(delta([diff(workload('Deployment', gib('1Gi'), { replicas: 3 }), workload('Deployment', gib('2Gi'), { replicas: 3 }))])).toBe(9.73);
    expect(delta([diff(workload('Deployment', { requests: { cpu: '500m' } }), workload('Deployment', { requests: { cpu: '1500m' } }))])).toBe(29.55);
  });

  it('falls when less is reserved', () => {
    expect(delta([diff(workload('StatefulSet', gib('2Gi')), workload('StatefulSet', gib('1Gi')))])).toBe(-GIB);
  });

  it('counts more replicas, and every cluster that the change reaches', () => {
    expect(delta([diff(workload('Deployment', gib('1Gi'), { replicas: 2 }), workload('Deployment', gib('1Gi'), { replicas: 4 }))])).toBe(6.49);
    expect(delta([diff(workload('Deployment', gib('1Gi')), workload('Deployment', gib('2Gi')))], { clusters: 3 })).toBe(9.73);
  });

  it('takes a limit for the request where there is none, and leaves a limit out where there is one', () => {
    expect(delta([diff(workload('Deployment', { limits: { memory: '1Gi' } }), workload('Deployment', { limits: { memory: '2Gi' } }))])).toBe(GIB);
    expect(delta([diff(workload('Deployment', { ...gib('1Gi'), limits: { memory: '1Gi' } }), workload('Deployment', { ...gib('1Gi'), limits: { memory: '2Gi' } }))])).toBe(0);
  });

  it('counts a DaemonSet by the pods that are ready, and nothing for Jobs and for what runs no pods', () => {
    expect(delta([diff(workload('DaemonSet', gib('1Gi')), workload('DaemonSet', gib('2Gi')))], { readyPods: 6, clusters: 2 })).toBe(19.47);
    expect(delta([diff(workload('Job', gib('1Gi')), workload('Job', gib('2Gi')))])).toBe(0);
  });

  it('counts an init container only where it needs more than all the others', () => {
    const init = (amount: string) => workload('Deployment', gib('1Gi'), {}, { initContainers: [{ name: 'migrate', resources: gib(amount) }] });
    expect(delta([diff(init('512Mi'), init('1Gi'))])).toBe(0);
    expect(delta([diff(init('1Gi'), init('2Gi'))])).toBe(GIB);
  });

  it('is unknown when an amount can not be read', () => {
    expect(delta([diff(workload('Deployment', gib('1Gi')), workload('Deployment', gib('lots')))])).toBeNull();
    expect(delta([diff(workload('Deployment', gib('1Gi')), workload('Deployment', gib('1Gi'), { replicas: '3' }))])).toBeNull();
  });

  it('is by the prices and up to the limit of the policy, and by public list prices without', () => {
    const diffs = [diff(workload('Deployment', gib('1Gi')), workload('Deployment', gib('2Gi')))];
    const prices = { vcpuHourUSD: 0.1, gibHourUSD: 0.01, source: 'our contract' };
    expect(costOf({ diffs, clusters: 1, readyPods: 1, budget: { monthlyLimitUSD: 5, prices } })).toEqual({ monthlyDeltaUSD: 7.3, limitUSD: 5, prices });
    expect(costOf({ diffs, clusters: 1, readyPods: 1 })).toEqual({ monthlyDeltaUSD: GIB, limitUSD: null, prices: LIST_PRICES });
  });
});
