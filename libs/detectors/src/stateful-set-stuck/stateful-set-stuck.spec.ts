import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { anOwner, worldOf, type OwnerParts } from '../owner.fixture.ts';
import { statefulSetStuck } from './stateful-set-stuck.ts';

const partition = (count: number) => ({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: count } } });
const inspect = ({ spec, status }: OwnerParts = {}) =>
  inspectPurely(statefulSetStuck, anOwner('StatefulSet', { name: 'db', metadata: { generation: 2 }, spec: { replicas: 3, ...partition(3), ...spec }, status: { observedGeneration: 2, replicas: 3, readyReplicas: 3, currentRevision: 'db-1', updateRevision: 'db-2', ...status } }), worldOf());

describe('stateful-set-stuck', () => {
  it('reports a partition that keeps the update from its pods', () => {
    expect(inspect()).toMatchObject([{ class: 'StatefulSetStuck', subCause: 'Partition', target: { kind: 'StatefulSet', name: 'db' } }]);
    expect(inspect({ spec: partition(1), status: { updatedReplicas: 2 } })).toMatchObject([{ subCause: 'Partition' }]);
  });

  it('reports an update that waits for pods to be deleted by hand', () => {
    expect(inspect({ spec: { updateStrategy: { type: 'OnDelete' } } })).toMatchObject([{ subCause: 'OnDelete' }]);
  });

  it.each<[string, OwnerParts]>([
    ['an update that is done', { status: { currentRevision: 'db-2', updatedReplicas: 3 } }],
    ['an update that goes on, pod by pod', { spec: partition(0), status: { updatedReplicas: 1 } }],
    ['an update that waits for a pod to become ready', { status: { readyReplicas: 2 } }],
    ['a StatefulSet without replicas', { spec: { replicas: 0 }, status: { readyReplicas: 0 } }],
    ['a status about an earlier generation', { status: { observedGeneration: 1 } }],
  ])('is silent about %s', (_what, parts) => {
    expect(inspect(parts)).toEqual([]);
  });
});
