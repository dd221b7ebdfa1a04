import type { KubeObject } from '@fleetmend/model';
import { inspectPurely, worldOf } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { aPod, deployment, replicaSet } from '../pod.fixture.ts';
import { evicted } from './evicted.ts';

const anEvicted = (name: string, message: string, parts: object = {}): KubeObject => aPod({ name, status: { phase: 'Failed', reason: 'Evicted', message, containerStatuses: undefined }, ...parts });
const MEMORY = 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 90Mi. Container app was using 512Mi, request is 0, has larger consumption of memory. ';
const live = { ...replicaSet, spec: { replicas: 2 } };
const inspect = (pods: readonly KubeObject[], set: KubeObject = live) => pods.slice(0, 1).flatMap((pod) => inspectPurely(evicted, pod, worldOf(deployment, set, ...pods)));

describe('evicted', () => {
  it.each([
    [MEMORY, 'NodeMemory'],
    ['The node was low on resource: ephemeral-storage. Threshold quantity: 10Gi, available: 9Gi. ', 'NodeStorage'],
    ['The node had condition: [DiskPressure]. ', 'NodeStorage'],
    ['Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ', 'EphemeralStorage'],
    ['Container app exceeded its local ephemeral storage limit "500Mi". ', 'EphemeralStorage'],
    ['Usage of EmptyDir volume "cache" exceeds the limit "100Mi". ', 'EmptyDirSize'],
    ['The node was low on resource: pids. ', 'NodeProcesses'],
    ['Preempted in order to admit critical pod', 'Other'],
  ])('reports a workload that loses pod after pod: %s', (message, subCause) => {
    expect(inspect([anEvicted('checkout-1', message), anEvicted('checkout-2', message)])).toMatchObject([{ class: 'Evicted', subCause, target: { kind: 'Deployment', name: 'checkout' } }]);
  });

  it('waits a minute', () => {
    expect(evicted.dwell.time).toBe(60_000);
  });

  it.each<[string, readonly KubeObject[], KubeObject?]>([
    ['one eviction that was made good', [anEvicted('checkout-1', MEMORY)]],
    ['evictions of a revision that nothing runs any more', [anEvicted('checkout-1', MEMORY), anEvicted('checkout-2', MEMORY)], { ...replicaSet, spec: { replicas: 0 } }],
    ['evictions for different reasons', [anEvicted('checkout-1', MEMORY), anEvicted('checkout-2', 'The node was low on resource: pids. ')]],
    ['a pod that failed by itself', [aPod({ status: { phase: 'Failed', reason: 'Error' } }), anEvicted('checkout-2', MEMORY)]],
    ['bare pods, which nobody makes again', [anEvicted('a', MEMORY, { metadata: { ownerReferences: undefined } }), anEvicted('b', MEMORY, { metadata: { ownerReferences: undefined } })]],
  ])('is silent about %s', (_what, pods, set) => {
    expect(inspect(pods, set)).toEqual([]);
  });
});
