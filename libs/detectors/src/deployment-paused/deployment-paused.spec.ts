import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { anOwner, worldOf, type OwnerParts } from '../owner.fixture.ts';
import { deploymentPaused } from './deployment-paused.ts';

const inspect = ({ spec, status, metadata }: OwnerParts = {}) =>
  inspectPurely(deploymentPaused, anOwner('Deployment', { metadata: { generation: 3, ...metadata }, spec: { paused: true, replicas: 2, ...spec }, status: { observedGeneration: 3, replicas: 2, readyReplicas: 2, ...status } }), worldOf());

describe('deployment-paused', () => {
  it('reports a pause that keeps a new template from its pods', () => {
    expect(inspect()).toMatchObject([{ class: 'DeploymentPaused', target: { kind: 'Deployment', name: 'checkout' }, observation: { reason: 'DeploymentPaused' } }]);
  });

  it.each<[string, OwnerParts]>([
    ['a pause with nothing to roll out', { status: { updatedReplicas: 2 } }],
    ['a Deployment that was made as paused', { metadata: { generation: 1 } }],
    ['a Deployment that is not paused', { spec: { paused: false } }],
    ['one that wants no replica', { spec: { replicas: 0 } }],
    ['a status about an earlier generation', { status: { observedGeneration: 2 } }],
  ])('is silent about %s', (_what, parts) => {
    expect(inspect(parts)).toEqual([]);
  });
});
