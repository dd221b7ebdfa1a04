import { fingerprintOf, type KubeObject } from '@fleetmend/model';
import { inspectPurely, worldOf } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { nodeNotReady } from './node-not-ready.ts';

const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' };
const node = (conditions: readonly object[], rest: object = {}): KubeObject => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' }, status: { conditions }, ...rest });
const inspect = (object: KubeObject) => inspectPurely(nodeNotReady, object, worldOf(object));

describe('node-not-ready', () => {
  it.each<[string, object[], string]>([
    ['is silent', [{ ...ready, status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' }], 'Unreachable'],
    ['says that it is not ready', [{ ...ready, status: 'False', reason: 'KubeletNotReady', message: 'container runtime network not ready' }], 'NotReady'],
    ['has too little disk', [ready, { type: 'DiskPressure', status: 'True', reason: 'KubeletHasDiskPressure' }], 'DiskPressure'],
    ['has too little memory', [{ type: 'MemoryPressure', status: 'True' }, ready], 'MemoryPressure'],
  ])('reports a node that %s', (_what, conditions, subCause) => {
    expect(inspect(node(conditions))).toMatchObject([{ class: 'NodeNotReady', subCause, target: { kind: 'Node', name: 'node-1' }, observation: { node: 'node-1' } }]);
  });

  it('sees one failure in a node that goes from pressure to silence', () => {
    const found = [[ready, { type: 'DiskPressure', status: 'True' }], [{ ...ready, status: 'Unknown' }]].flatMap((conditions) => inspect(node(conditions)));
    expect(new Set(found.map((finding) => fingerprintOf('prod-1', finding))).size).toBe(1);
  });

  it.each<[string, KubeObject]>([
    ['a node that is well', node([ready, { type: 'DiskPressure', status: 'False' }])],
    ['a node that somebody cordoned', node([ready], { spec: { unschedulable: true } })],
    ['a node that has said nothing yet', node([])],
    ['a node that is being removed', { ...node([{ ...ready, status: 'Unknown' }]), metadata: { name: 'node-1', deletionTimestamp: '2026-01-05T09:00:00Z' } }],
  ])('is silent about %s', (_what, object) => {
    expect(inspect(object)).toEqual([]);
  });
});
