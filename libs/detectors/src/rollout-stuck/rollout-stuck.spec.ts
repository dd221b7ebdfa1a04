import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { anOwner, condition, worldOf, type OwnerParts } from '../owner.fixture.ts';
import { rolloutStuck } from './rollout-stuck.ts';

const exceeded = condition('Progressing', 'False', 'ProgressDeadlineExceeded', 'ReplicaSet "checkout-7d9f8c6b5" has timed out progressing.');
const inspect = ({ status, spec, metadata }: OwnerParts) => inspectPurely(rolloutStuck, anOwner('Deployment', { ...(spec ? { spec } : {}), ...(metadata ? { metadata } : {}), status: { conditions: [exceeded], ...status } }), worldOf());

describe('rollout-stuck', () => {
  it('reports the Deployment, in words without the name of a ReplicaSet', () => {
    expect(inspect({})).toEqual([{
      class: 'ProgressDeadlineExceeded', target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' },
      observation: { reason: 'ProgressDeadlineExceeded', message: 'the rollout made no progress within its deadline' },
    }]);
  });

  it('is an echo of whatever a pod shows, and of pods that were refused', () => {
    expect(rolloutStuck).toMatchObject({ explainedByPods: true, explainedBy: ['creation-refused'] });
  });

  it.each<[string, OwnerParts]>([
    ['a rollout that is slow, and goes on', { status: { conditions: [condition('Progressing', 'True', 'ReplicaSetUpdated')] } }],
    ['a rollout that is done', { status: { conditions: [condition('Progressing', 'True', 'NewReplicaSetAvailable')] } }],
    ['one that was paused afterwards', { spec: { paused: true } }],
    ['a status about an earlier generation', { metadata: { generation: 5 }, status: { observedGeneration: 4 } }],
  ])('is silent about %s', (_what, parts) => {
    expect(inspect(parts)).toEqual([]);
  });
});
