import type { KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { worldOf } from '../owner.fixture.ts';
import { aPodOf, aService, aWorkload } from '../service.fixture.ts';
import { servicePort } from './service-port.ts';

const checkout = aWorkload('checkout', { app: 'checkout' });
const inspect = (service: KubeObject, ...world: readonly KubeObject[]) => inspectPurely(servicePort, service, worldOf(service, ...world));
const to = (targetPort: number | string | undefined, rest: object = {}) => aService({ ports: [{ name: 'web', port: 80, targetPort, ...rest }] });

describe('service-port', () => {
  it.each<[string, KubeObject, string]>([
    ['a number that the pods do not name', to(9090), 'NumberedPort'],
    ['the number of the port itself, where no target is named', to(undefined), 'NumberedPort'],
    ['a name that the pods do not have', to('web'), 'NamedPort'],
  ])('reports %s', (_, service, subCause) => {
    expect(inspect(service, checkout, aPodOf(checkout))).toMatchObject([{ class: 'ServicePortMismatch', subCause, target: { kind: 'Service', name: 'checkout' }, cause: { kind: 'Deployment', name: 'checkout' } }]);
  });

  it('reports a stranger behind the Service that serves none of its ports', () => {
    const worker = aWorkload('worker', { app: 'checkout', role: 'worker' });
    expect(inspect(aService(), checkout, aPodOf(checkout), worker, aPodOf(worker, { ports: [{ containerPort: 9100 }] }))).toMatchObject([{ class: 'SelectorTooBroad', cause: { kind: 'Deployment', name: 'worker' } }]);
  });

  it.each<[string, KubeObject, readonly KubeObject[]]>([
    ['a port that the pods name', to(8080), [checkout, aPodOf(checkout)]],
    ['a name that they have', to('http'), [checkout, aPodOf(checkout)]],
    ['pods that name no port at all', to(9090), [checkout, aPodOf(checkout, { ports: [] })]],
    ['a port that their command line names', to(9090), [checkout, aPodOf(checkout, { args: ['--listen=9090'] })]],
    ['one that it names as an address', to(9090), [checkout, aPodOf(checkout, { args: ['serve', '0.0.0.0:9090'] })]],
    ['a port that their probe asks', to(9090), [checkout, aPodOf(checkout, { probe: 9090 })]],
    ['pods that are not ready: that is told by others', to(9090), [checkout, aPodOf(checkout, { ready: false })]],
    ['no pods', to(9090), []],
    ['two colours that serve the same port', aService(), [checkout, aPodOf(checkout), aWorkload('green', { app: 'checkout' }), aPodOf(aWorkload('green', { app: 'checkout' }))]],
  ])('is silent about %s', (_, service, world) => {
    expect(inspect(service, ...world)).toEqual([]);
  });
});
