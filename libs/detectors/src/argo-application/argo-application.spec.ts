import type { KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { worldOf } from '../owner.fixture.ts';
import { aWorkload } from '../service.fixture.ts';
import { argoApplication } from './argo-application.ts';

const application = (status: object, destination: object = { server: 'https://kubernetes.default.svc' }): KubeObject => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'shop', namespace: 'argocd' }, spec: { destination }, status });
const failed = (...resources: readonly object[]) => ({ operationState: { phase: 'Failed', message: 'one or more objects failed to apply', syncResult: { resources } } });
const refused = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'checkout', status: 'SyncFailed', message: 'Deployment.apps "checkout" is invalid: spec.selector: field is immutable' };
const inspect = (object: KubeObject) => inspectPurely(argoApplication, object, worldOf(object, aWorkload('checkout', {})));
const elsewhere = { name: 'prod-2' };

describe('argo-application', () => {
  it('reports the object that was refused, and the Application as its cause', () => {
    expect(inspect(application(failed(refused, { ...refused, name: 'fine', status: 'Synced' })))).toMatchObject([
      { class: 'ArgoApplicationFailed', subCause: 'SyncFailed', target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' }, cause: { kind: 'Application', name: 'shop' }, observation: { message: expect.stringContaining('immutable') } },
    ]);
  });

  it.each<[string, object, object | undefined]>([
    ['that is not there', failed({ ...refused, name: 'new' }), undefined],
    ['in another cluster', failed(refused), elsewhere],
    ['of a sync that failed as a whole', { operationState: { phase: 'Error', message: 'no such revision' } }, undefined],
  ])('reports the Application for an object %s', (_, status, destination) => {
    expect(inspect(application(status, destination))).toMatchObject([{ target: { kind: 'Application', name: 'shop' } }]);
  });

  it('reports manifests that cannot be built', () => {
    expect(inspect(application({ conditions: [{ type: 'ComparisonError', message: 'app path does not exist' }] }))).toMatchObject([{ subCause: 'ComparisonError', observation: { message: 'app path does not exist' } }]);
  });

  it.each<[string, object]>([
    ['a sync that went well', { operationState: { phase: 'Succeeded' } }],
    ['a failed sync with nothing left to apply', { ...failed(refused), sync: { status: 'Synced' } }],
    ['one that is running', { operationState: { phase: 'Running' } }],
    ['one that is only out of sync', { sync: { status: 'OutOfSync' }, conditions: [{ type: 'OrphanedResourceWarning', message: '2 orphaned' }] }],
  ])('is silent about %s', (_, status) => {
    expect(inspect(application(status))).toEqual([]);
  });
});
