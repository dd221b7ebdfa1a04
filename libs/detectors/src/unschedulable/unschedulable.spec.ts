import { fingerprintOf, type KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { aPod, podEvent, world, type PodParts } from '../pod.fixture.ts';
import { unschedulable } from './unschedulable.ts';

const AFTER = 'no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';
const node = (name: string, ready = 'True'): KubeObject => ({ apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { conditions: [{ type: 'Ready', status: ready }] } });
const pending = (spec: object = {}, ...conditions: readonly object[]): PodParts => ({ spec: { nodeName: undefined, schedulerName: 'default-scheduler', ...spec }, status: { phase: 'Pending', containerStatuses: undefined, conditions } });
const refused = (text: string, spec: object = {}): PodParts => pending(spec, { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: `0/3 nodes are available: ${text}. ${AFTER}` });
const inspect = (parts: PodParts, ...others: readonly KubeObject[]) => inspectPurely(unschedulable, aPod(parts), world(node('node-1'), ...others));

describe('unschedulable', () => {
  it.each<[string, PodParts, string, object | undefined]>([
    ['room', refused('1 node(s) had untolerated taint(s), 2 Insufficient memory'), 'InsufficientResources', undefined],
    ['a label', refused("1 node(s) had untolerated taint(s), 2 node(s) didn't match Pod's node affinity/selector"), 'NodeSelector', undefined],
    ['a toleration', refused('3 node(s) had untolerated taint(s)'), 'Taint', undefined],
    ['a claim', refused('persistentvolumeclaim "data" not found'), 'VolumeBinding', { kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data' }],
    ['a gate that opens', pending({}, { type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message: 'Scheduling is blocked due to non-empty scheduling gates' }), 'SchedulingGated', undefined],
    ['a scheduler', pending({ schedulerName: 'fleet-scheduler' }), 'UnknownScheduler', undefined],
    ['its node', pending({ nodeName: 'node-9' }), 'NodeNotFound', { kind: 'Node', name: 'node-9' }],
  ])('reports what the pod misses: %s', (_what, parts, subCause, cause) => {
    const [finding, ...others] = inspect(parts);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ class: 'Unschedulable', subCause, target: { kind: 'Deployment', name: 'checkout' } });
    expect(finding?.target.container).toBeUndefined();
    if (cause) expect(finding?.cause).toMatchObject(cause);
    else expect(finding?.cause).toBeUndefined();
  });

  it('points at a lost node when taints are in the way', () => {
    expect(inspect(refused('1 node(s) had untolerated taint(s), 2 Insufficient cpu'), node('node-2', 'Unknown'))[0]?.cause).toEqual({ apiVersion: 'v1', kind: 'Node', name: 'node-2' });
  });

  it('stays one failure while nodes come and go', () => {
    const fingerprints = ['3 Insufficient cpu', "2 Insufficient cpu, 1 node(s) had untolerated taint(s)", "3 node(s) didn't match Pod's node affinity/selector"].flatMap((text) => inspect(refused(text))).map((finding) => fingerprintOf('prod-1', finding));
    expect(fingerprints).toHaveLength(3);
    expect(new Set(fingerprints).size).toBe(1);
  });

  it('waits a minute, and gives way to a claim that gets no volume', () => {
    expect(unschedulable.dwell.time).toBe(60_000);
    expect(unschedulable.explainedBy).toEqual(['claim-pending', 'claim-lost']);
  });

  it('waits while an autoscaler makes a node for the pod, and speaks when it gives up', () => {
    const scaling = podEvent('TriggeredScaleUp', 'pod triggered scale-up: [{pool-a 3->4 (max: 10)}]', { at: 10 });
    const nominated = podEvent('Nominated', 'Pod should schedule on: nodeclaim/default-x2x4z', { at: 10 });
    const gaveUp = podEvent('NotTriggerScaleUp', "pod didn't trigger scale-up: 1 max node group size reached", { at: 20 });
    expect(inspect(refused('3 Insufficient cpu'), scaling)).toEqual([]);
    expect(inspect(refused('3 Insufficient cpu'), nominated)).toEqual([]);
    expect(inspect(refused('3 Insufficient cpu'), scaling, gaveUp)).toHaveLength(1);
  });

  it.each<[string, PodParts, readonly KubeObject[]]>([
    ['a pod that has its node', { spec: { nodeName: 'node-1' }, status: { phase: 'Pending' } }, []],
    ['a pod that was refused before it ran', { ...refused('3 Insufficient cpu'), status: { phase: 'Running' } }, []],
    ['a pod on its way out', { ...refused('3 Insufficient cpu'), metadata: { deletionTimestamp: '2026-01-05T09:00:00Z' } }, []],
    ['a pod that the scheduler has not looked at yet', pending(), []],
    ['a pod of another scheduler that has something to say', pending({ schedulerName: 'volcano' }), [podEvent('Scheduled', 'Successfully assigned shop/checkout to node-1')]],
  ])('is silent about %s', (_what, parts, others) => {
    expect(inspect(parts, ...others)).toEqual([]);
  });

  it('does not call a node absent before it knows any', () => {
    expect(inspectPurely(unschedulable, aPod(pending({ nodeName: 'node-9' })), world())).toEqual([]);
  });
});
