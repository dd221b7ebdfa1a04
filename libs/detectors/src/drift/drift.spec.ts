import type { KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { worldOf } from '../owner.fixture.ts';
import { drift } from './drift.ts';

const REVISION = 'a'.repeat(40);
const source = { repoURL: 'https://git.example.org/fleet.git', path: 'shop' };
const differing = { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'checkout', status: 'OutOfSync' };

interface Shape {
  readonly spec?: object;
  readonly sync?: object;
  readonly operation?: object;
  readonly resource?: object;
  readonly writer?: object;
}

function inspect({ spec = {}, sync = {}, operation = {}, resource = {}, writer = {} }: Shape) {
  const application: KubeObject = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'shop', namespace: 'argocd' },
    spec: { source, syncPolicy: { automated: { selfHeal: false } }, ...spec },
    status: {
      sync: { status: 'OutOfSync', revision: REVISION, ...sync },
      operationState: { phase: 'Succeeded', finishedAt: '2026-01-01T10:00:00Z', syncResult: { revision: REVISION, source }, ...operation },
      resources: [{ ...differing, ...resource }, { ...differing, name: 'fine', status: 'Synced' }],
    },
  };
  const managedFields = [{ manager: 'argocd-controller', time: '2026-01-01T10:00:00Z' }, { manager: 'kubectl-edit', time: '2026-01-01T10:05:00Z', ...writer }];
  const live: KubeObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'checkout', namespace: 'shop', managedFields } };
  return inspectPurely(drift, application, worldOf(application, live));
}

describe('drift', () => {
  it('reports the object that was changed by hand, and who applies it', () => {
    expect(inspect({})).toMatchObject([{ class: 'Drift', target: { kind: 'Deployment', namespace: 'shop', name: 'checkout' }, cause: { kind: 'Application', name: 'shop' }, observation: { message: expect.stringContaining('kubectl-edit') } }]);
  });

  it.each<[string, Shape]>([
    ['no automatic sync at all', { spec: { syncPolicy: {} } }],
    ['automatic sync switched off', { spec: { syncPolicy: { automated: { enabled: false, selfHeal: true } } } }],
  ])('reports it with %s', (_, shape) => {
    expect(inspect(shape)).toHaveLength(1);
  });

  it.each<[string, Shape]>([
    ['an Application that heals itself', { spec: { syncPolicy: { automated: { selfHeal: true } } } }],
    ['what is in sync', { sync: { status: 'Synced' } }],
    ['a commit that is not applied yet', { sync: { revision: 'b'.repeat(40) } }],
    ['another source than was applied', { spec: { source: { ...source, path: 'other' } } }],
    ['a sync that failed', { operation: { phase: 'Failed' } }],
    ['an object that is to be pruned', { resource: { requiresPruning: true } }],
    ['what a controller wrote', { writer: { manager: 'vpa-admission-controller' } }],
    ['a status that was written by hand', { writer: { subresource: 'status' } }],
    ['what was written by hand before the sync', { writer: { time: '2026-01-01T09:00:00Z' } }],
    ['an object that is not there', { resource: { name: 'gone' } }],
  ])('is silent about %s', (_, shape) => {
    expect(inspect(shape)).toEqual([]);
  });
});
