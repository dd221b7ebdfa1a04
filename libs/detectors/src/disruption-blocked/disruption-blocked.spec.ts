import type { KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { anOwner, worldOf, type OwnerParts } from '../owner.fixture.ts';
import { disruptionBlocked } from './disruption-blocked.ts';

const labels = { app: 'checkout' };
const deployment = (generation: number) => anOwner('Deployment', { metadata: { generation } });
const set = anOwner('ReplicaSet', { name: 'checkout-1', owner: anOwner('Deployment') });
const pods = (count: number) => Array.from({ length: count }, (_, index) => anOwner('Pod', { name: `checkout-1-${index}`, owner: set, metadata: { labels }, spec: { nodeName: 'node-1' } }));
const budget = ({ status, metadata }: OwnerParts = {}) => anOwner('PodDisruptionBudget', { metadata: { ...metadata }, spec: { selector: { matchLabels: labels } }, status: { disruptionsAllowed: 0, desiredHealthy: 2, currentHealthy: 2, expectedPods: 2, ...status } });
const node = (unschedulable: boolean): KubeObject => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' }, spec: { unschedulable } });
const inspect = (object: KubeObject, ...others: readonly KubeObject[]) => inspectPurely(disruptionBlocked, object, worldOf(object, set, ...others));

describe('disruption-blocked', () => {
  it('reports the workload whose every pod is wanted, and the budget that wants them', () => {
    expect(inspect(budget(), deployment(3), ...pods(2))).toEqual([{
      class: 'DisruptionBlocked', subCause: 'NeverAllowed', target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' },
      cause: { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', namespace: 'shop', name: 'checkout' },
      observation: { reason: 'InsufficientPods', message: 'disruption budget checkout wants every pod that there is, so none may ever go' },
    }]);
  });

  it('reports a node that cannot be drained, whoever meant the budget so', () => {
    expect(inspect(budget({ status: { desiredHealthy: 1, currentHealthy: 1, expectedPods: 1 } }), deployment(1), node(true), ...pods(1))).toMatchObject([{ subCause: 'DrainBlocked' }]);
  });

  it('reports the budget itself where its pods belong to several', () => {
    const other = anOwner('Pod', { name: 'other', owner: anOwner('ReplicaSet', { name: 'other-1' }), metadata: { labels }, spec: { nodeName: 'node-1' } });
    expect(inspect(budget({ metadata: { generation: 2 } }), deployment(1), anOwner('ReplicaSet', { name: 'other-1' }), other, ...pods(1))).toMatchObject([{ target: { kind: 'PodDisruptionBudget', name: 'checkout' } }]);
  });

  it.each<[string, KubeObject, readonly KubeObject[]]>([
    ['a budget that lets one go', budget({ status: { disruptionsAllowed: 1, desiredHealthy: 1 } }), [deployment(3), ...pods(2)]],
    ['a budget that waits for pods to be healthy', budget({ status: { desiredHealthy: 1, currentHealthy: 1 } }), [deployment(3), ...pods(2)]],
    ['a budget of a single pod that nobody touches', budget({ status: { desiredHealthy: 1, currentHealthy: 1, expectedPods: 1 } }), [deployment(9), node(false), ...pods(1)]],
    ['a budget that was meant so from the start', budget(), [deployment(1), ...pods(2)]],
    ['a budget without pods', budget({ status: { expectedPods: 0, desiredHealthy: 0, currentHealthy: 0 } }), [deployment(3)]],
  ])('is silent about %s', (_what, object, others) => {
    expect(inspect(object, ...others)).toEqual([]);
  });
});
