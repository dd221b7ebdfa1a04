import type { KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { anOwner, worldOf } from '../owner.fixture.ts';
import { aService } from '../service.fixture.ts';
import { ingressBackend } from './ingress-backend.ts';

const backend = (name: string, port: object) => ({ service: { name, port } });
const ingress = (one: object, rest: object = {}) => anOwner('Ingress', { spec: { rules: [{ host: 'shop.example.org', http: { paths: [{ path: '/', backend: one }] } }], ...rest } });
const inspect = (object: KubeObject, ...world: readonly KubeObject[]) => inspectPurely(ingressBackend, object, worldOf(object, aService(), ...world));
const ofClass = (name: string): KubeObject => ({ apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name } });

describe('ingress-backend', () => {
  it.each<[string, KubeObject, string]>([
    ['a Service that does not exist', ingress(backend('chekout', { number: 80 })), 'ServiceNotFound'],
    ['a port number that the Service does not have', ingress(backend('checkout', { number: 8080 })), 'PortNotFound'],
    ['a port name that the Service does not have', ingress(backend('checkout', { name: 'http' })), 'PortNotFound'],
    ['a default backend that does not exist', ingress(backend('checkout', { number: 80 }), { defaultBackend: backend('errors', { number: 80 }) }), 'ServiceNotFound'],
  ])('reports %s', (_, object, subCause) => {
    expect(inspect(object)).toMatchObject([{ class: 'IngressBackendNotFound', subCause, target: { kind: 'Ingress', name: 'checkout' }, cause: { kind: 'Service' } }]);
  });

  it('reports a class that does not exist where others do', () => {
    const object = ingress(backend('checkout', { number: 80 }), { ingressClassName: 'ngnix' });
    expect(inspect(object, ofClass('nginx'))).toMatchObject([{ subCause: 'ClassNotFound', cause: { kind: 'IngressClass', name: 'ngnix' } }]);
    expect(inspect(object)).toEqual([]);
  });

  it.each<[string, KubeObject]>([
    ['a port by its number', ingress(backend('checkout', { number: 80 }))],
    ['a port by its name', ingress(backend('checkout', { name: 'web' }))],
    ['a class that exists', ingress(backend('checkout', { number: 80 }), { ingressClassName: 'nginx' })],
    ['a backend that is no Service', ingress({ resource: { kind: 'StorageBucket', name: 'static' } })],
  ])('is silent about %s', (_, object) => {
    expect(inspect(object, ofClass('nginx'))).toEqual([]);
  });
});
