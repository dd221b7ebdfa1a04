import type { KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { anOwner, worldOf, type OwnerParts } from '../owner.fixture.ts';
import { daemonSetMisscheduled } from './daemon-set-misscheduled.ts';

const node = (name: string, { labels, taints }: { readonly labels?: Record<string, string>; readonly taints?: readonly unknown[] } = {}): KubeObject => ({ apiVersion: 'v1', kind: 'Node', metadata: { name, ...(labels ? { labels } : {}) }, spec: { ...(taints ? { taints } : {}) } });
const gpu = { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' };
const toleration = { key: 'dedicated', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' };
const pod = (spec: Readonly<Record<string, unknown>>) => ({ template: { spec } });
const set = ({ spec, status, metadata }: OwnerParts) => anOwner('DaemonSet', { name: 'agent', metadata: { generation: 2, ...metadata }, spec: spec ?? {}, status: { observedGeneration: 2, desiredNumberScheduled: 1, numberMisscheduled: 0, ...status } });
const revision = (of: KubeObject, number: number, spec: Readonly<Record<string, unknown>>): KubeObject => ({ ...anOwner('ControllerRevision', { name: `agent-${number}`, owner: of }), revision: number, data: { spec: pod(spec) } });
const inspect = (object: KubeObject, ...others: readonly KubeObject[]) => inspectPurely(daemonSetMisscheduled, object, worldOf(object, ...others));

describe('daemon-set-misscheduled', () => {
  it('reports a DaemonSet that runs nowhere after a change', () => {
    expect(inspect(set({ spec: pod({ nodeSelector: { role: 'egde' } }), status: { desiredNumberScheduled: 0 } }), node('node-1'))).toMatchObject([{ class: 'DaemonSetMisscheduled', subCause: 'NoNode', target: { kind: 'DaemonSet', name: 'agent' } }]);
  });

  it('reports a toleration that it had before, and without which nodes are lost', () => {
    const object = set({ spec: pod({}) });
    const nodes = [node('node-1'), node('node-2', { taints: [gpu] })];
    expect(inspect(object, ...nodes, revision(object, 1, { tolerations: [toleration] }), revision(object, 2, {}))).toMatchObject([{ subCause: 'Untolerated' }]);
  });

  it('reports pods on nodes where none should be', () => {
    expect(inspect(set({ status: { numberMisscheduled: 1 } }), node('node-1'))).toMatchObject([{ subCause: 'Misscheduled' }]);
  });

  it('is silent about nodes that it gave up by their labels, never ran on, or that are only in a bad state', () => {
    const object = set({ spec: pod({ nodeSelector: { role: 'edge' } }) });
    const nodes = [node('node-1', { labels: { role: 'edge' } }), node('node-2'), node('node-3', { labels: { role: 'edge' }, taints: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }] }), node('node-4', { labels: { role: 'edge' }, taints: [gpu] })];
    expect(inspect(object, ...nodes, revision(object, 1, {}), revision(object, 2, { nodeSelector: { role: 'edge' } }))).toEqual([]);
  });

  it('is silent about one that was made for nodes that are not there yet, and about a cluster whose nodes are not known', () => {
    expect(inspect(set({ metadata: { generation: 1 }, status: { desiredNumberScheduled: 0 } }), node('node-1'))).toEqual([]);
    expect(inspect(set({ status: { desiredNumberScheduled: 0 } }))).toEqual([]);
  });
});
