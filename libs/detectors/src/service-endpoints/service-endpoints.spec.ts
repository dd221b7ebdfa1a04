import type { KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { anOwner, worldOf } from '../owner.fixture.ts';
import { aPodOf, aService, aWorkload } from '../service.fixture.ts';
import { serviceEndpoints } from './service-endpoints.ts';

const checkout = aWorkload('checkout', { app: 'checkout', tier: 'web' });
const inspect = (service: KubeObject, ...world: readonly KubeObject[]) => inspectPurely(serviceEndpoints, service, worldOf(service, ...world));

describe('service-endpoints', () => {
  it('reports a Service whose selector fits no pod, and the workload that comes near', () => {
    expect(inspect(aService({ selector: { app: 'chekout' } }), checkout, aPodOf(checkout))).toMatchObject([
      { class: 'ServiceWithoutEndpoints', subCause: 'SelectorMismatch', target: { kind: 'Service', namespace: 'shop', name: 'checkout' }, cause: { kind: 'Deployment', name: 'checkout' }, observation: { reason: 'NoEndpoints' } },
    ]);
  });

  it('names no workload where two come equally near', () => {
    expect(inspect(aService({ selector: { tier: 'web', app: 'x' } }, 'front'), checkout, aWorkload('cart', { app: 'cart', tier: 'web' }))).toMatchObject([{ subCause: 'NoWorkload' }]);
  });

  it('reports one without any workload', () => {
    expect(inspect(aService({ selector: { app: 'gone' } }, 'gone'))).toMatchObject([{ subCause: 'NoWorkload', observation: { message: 'its selector fits no pod, and no workload here comes near' } }]);
  });

  it.each<[string, KubeObject, readonly KubeObject[]]>([
    ['pods that match', aService(), [checkout, aPodOf(checkout)]],
    ['pods that match and are not ready', aService(), [checkout, aPodOf(checkout, { ready: false })]],
    ['a workload that has no pods now', aService(), [checkout]],
    ['a Service for another name', aService({ type: 'ExternalName', externalName: 'db.example.org' }), []],
    ['endpoints that are made by hand', aService({ selector: undefined }), []],
    ['an object of another kind', checkout, []],
    ['pods that come with the runs of a CronJob', aService({ selector: { job: 'dunning' } }), [anOwner('CronJob', { name: 'dunning', spec: { jobTemplate: { spec: { template: { metadata: { labels: { job: 'dunning' } } } } } } })]],
    ['pods that came with a Job', aService({ selector: { job: 'load' } }), [anOwner('Job', { name: 'load', spec: { template: { metadata: { labels: { job: 'load' } } } } })]],
  ])('is silent about %s', (_, service, world) => {
    expect(inspect(service, ...world)).toEqual([]);
  });
});
