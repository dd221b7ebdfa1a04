import { refOf, type KubeObject } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { describe, expect, it } from 'vitest';
import { aCase, commit, object } from '../case.fixture.ts';
import { trafficRules } from './traffic-rules.ts';

const service = (spec: object = {}, name = 'cart'): KubeObject => object('Service', name, { spec: { selector: { app: 'cart' }, ports: [{ name: 'web', port: 80, targetPort: 8080 }], ...spec } });
const workload = (name: string, labels: object, ports: readonly object[] = [{ containerPort: 8080, name: 'http' }]): KubeObject =>
  object('Deployment', name, { spec: { template: { metadata: { labels }, spec: { containers: [{ name: 'app', ports }] } } } }, 'apps/v1');
const cart = workload('cart', { app: 'cart' });

interface Parts {
  readonly class: keyof typeof trafficRules;
  readonly target: KubeObject;
  readonly subCause?: string;
  readonly message?: string;
  readonly related?: readonly KubeObject[];
  readonly head?: readonly KubeObject[];
  readonly changes?: readonly Omit<GitChange, 'commit' | 'beforeCommit' | 'message' | 'at'>[];
}

function ask({ class: name, target, subCause, message, related = [cart], head = [target, ...related], changes = [] }: Parts) {
  const kase = aCase({ class: name, ...(subCause === undefined ? {} : { subCause }), ...(message === undefined ? {} : { message }), related, versions: [{ commit: commit(2), message: '', at: 2, objects: head }], changes: changes.map((change) => ({ ...change, commit: commit(2), beforeCommit: commit(1), message: 'tidy', at: 2 })) });
  const about: Case = { ...kase, target };
  return trafficRules[name]?.(about).candidates;
}

describe('a Service without endpoints', () => {
  const wrong = service({ selector: { app: 'crat' } });

  it('gets its selector back', () => {
    expect(ask({ class: 'ServiceWithoutEndpoints', target: wrong, changes: [{ object: refOf(wrong), path: ['spec', 'selector', 'app'], before: 'cart', after: 'crat' }] })?.[0]).toEqual({ action: 'restoreField', path: ['spec', 'selector', 'app'], commit: commit(1) });
  });

  it('or its pods their label, where that is what changed', () => {
    const renamed = workload('cart', { app: 'basket' });
    const path = ['spec', 'template', 'metadata', 'labels', 'app'];
    expect(ask({ class: 'ServiceWithoutEndpoints', target: service(), related: [renamed], changes: [{ object: refOf(renamed), path, before: 'cart', after: 'basket' }] })?.[0]).toMatchObject({ action: 'restoreField', object: { kind: 'Deployment', name: 'cart' }, path });
  });

  it('becomes the nearest labels that exist, key and value', () => {
    expect(ask({ class: 'ServiceWithoutEndpoints', target: service({ selector: { ap: 'cart' } }) })).toEqual([{ action: 'setSelector', fields: [{ path: ['spec', 'selector', 'ap'], value: null }, { path: ['spec', 'selector', 'app'], value: 'cart' }] }]);
  });

  it.each([
    ['two workloads come near', [cart, workload('cort', { app: 'cort' })], service({ selector: { app: 'cert' } })],
    ['none does', [cart], service({ selector: { app: 'ledger' } })],
  ])('is for a person where %s', (_, related, target) => {
    expect(ask({ class: 'ServiceWithoutEndpoints', target, related })).toMatchObject([{ action: 'abstain', reason: 'NoMatchingWorkload' }]);
  });

  it('follows its workload to a new name, and nothing else that came with it', () => {
    const basket = workload('basket', { app: 'basket' });
    const moved = (...came: readonly KubeObject[]) => ask({ class: 'ServiceWithoutEndpoints', target: service(), related: came, changes: [{ object: refOf(cart), path: [], before: cart, after: undefined }, ...came.map((one) => ({ object: refOf(one), path: [], before: undefined, after: one }))] });
    expect(moved(basket)).toEqual([{ action: 'setSelector', fields: [{ path: ['spec', 'selector', 'app'], value: 'basket' }] }]);
    expect(moved(workload('wishlist', { app: 'wishlist' }, [{ containerPort: 9090 }]))).toMatchObject([{ action: 'abstain', reason: 'WorkloadRemoved' }]);
    expect(moved(basket, workload('carts', { app: 'carts' }))).toMatchObject([{ action: 'abstain', reason: 'WorkloadRemoved' }]);
  });

  it('is for a person where its workload was taken away', () => {
    expect(ask({ class: 'ServiceWithoutEndpoints', target: service(), related: [], changes: [{ object: refOf(cart), path: [], before: cart, after: undefined }] })).toMatchObject([{ action: 'abstain', reason: 'WorkloadRemoved' }]);
  });
});

describe('a Service that sends to a wrong port', () => {
  const off = service({ ports: [{ port: 80, targetPort: 9090 }] });

  it('goes to the only port that its pods have, where it is new', () => {
    expect(ask({ class: 'ServicePortMismatch', target: off, changes: [{ object: refOf(off), path: [], before: undefined, after: off }] })).toEqual([{ action: 'setPort', fields: [{ path: ['spec', 'ports', '0', 'targetPort'], value: 8080 }] }]);
  });

  it('is for a person where nobody changed that number: containers need not declare what they listen on', () => {
    expect(ask({ class: 'ServicePortMismatch', target: off })).toMatchObject([{ action: 'abstain', reason: 'PortNotDeclared' }]);
  });

  it('goes to the port that is left where the container that had it went with a commit', () => {
    const gone = { object: refOf(cart), path: ['spec', 'template', 'spec', 'containers', '[name=proxy]'], before: { name: 'proxy', ports: [{ containerPort: 9090 }] }, after: undefined };
    expect(ask({ class: 'ServicePortMismatch', target: off, changes: [gone] })).toEqual([{ action: 'setPort', fields: [{ path: ['spec', 'ports', '0', 'targetPort'], value: 8080 }] }]);
    expect(ask({ class: 'ServicePortMismatch', target: off, changes: [{ ...gone, before: { name: 'proxy', ports: [{ containerPort: 7070 }] } }] })).toMatchObject([{ reason: 'PortNotDeclared' }]);
  });

  it('goes to the name that was meant', () => {
    const pods = workload('cart', { app: 'cart' }, [{ containerPort: 8080, name: 'http' }, { containerPort: 9090, name: 'metrics' }]);
    expect(ask({ class: 'ServicePortMismatch', target: service({ ports: [{ name: 'web', port: 80, targetPort: 'htp' }] }), related: [pods] })).toEqual([{ action: 'setPort', fields: [{ path: ['spec', 'ports', '[name=web]', 'targetPort'], value: 'http' }] }]);
  });

  it('is for a person where its pods have several', () => {
    const pods = workload('cart', { app: 'cart' }, [{ containerPort: 8080 }, { containerPort: 9090 }]);
    const target = service({ ports: [{ port: 80, targetPort: 7070 }] });
    expect(ask({ class: 'ServicePortMismatch', target, related: [pods], changes: [{ object: refOf(target), path: [], before: undefined, after: target }] })).toMatchObject([{ action: 'abstain', reason: 'PortUnknown' }]);
  });
});

describe('an Ingress that leads nowhere', () => {
  const ingress = (name: string, port: object): KubeObject => object('Ingress', 'cart', { spec: { rules: [{ host: 'x', http: { paths: [{ path: '/', backend: { service: { name, port } } }] } }] } }, 'networking.k8s.io/v1');
  const backend = ['spec', 'rules', '0', 'http', 'paths', '0', 'backend', 'service'];

  it('is led to the Service that was meant', () => {
    expect(ask({ class: 'IngressBackendNotFound', subCause: 'ServiceNotFound', message: 'its backend Service crat does not exist', target: ingress('crat', { number: 80 }), related: [service()] })).toEqual([{ action: 'setIngress', fields: [{ path: [...backend, 'name'], value: 'cart' }] }]);
  });

  it('is led to the only port of its Service', () => {
    expect(ask({ class: 'IngressBackendNotFound', subCause: 'PortNotFound', message: 'its backend Service cart has no port 8080', target: ingress('cart', { number: 8080 }), related: [service()] })).toEqual([{ action: 'setIngress', fields: [{ path: [...backend, 'port', 'number'], value: 80 }] }]);
  });

  it('gets no class that it never had', () => {
    const nginx: KubeObject = { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: 'nginx' } };
    expect(ask({ class: 'IngressBackendNotFound', subCause: 'ClassNotFound', message: 'its class ngnix does not exist', target: ingress('cart', { number: 80 }), related: [nginx] })).toMatchObject([{ action: 'abstain', reason: 'ClassUnknown', lookAt: expect.stringContaining('nginx') }]);
  });
});

it('what a cloud refuses is for a person', () => {
  expect(ask({ class: 'LoadBalancerPending', target: service(), message: 'quota' })).toMatchObject([{ action: 'abstain', reason: 'CloudRefused' }]);
});

it('a route is led to the Service that was meant', () => {
  const route: KubeObject = object('HTTPRoute', 'cart', { spec: { rules: [{ backendRefs: [{ name: 'crat', port: 80 }] }] } }, 'gateway.networking.k8s.io/v1');
  expect(ask({ class: 'RouteNotResolved', subCause: 'BackendNotFound', message: 'not found', target: route, related: [service()] })).toEqual([{ action: 'setIngress', fields: [{ path: ['spec', 'rules', '0', 'backendRefs', '[name=crat]', 'name'], value: 'cart' }] }]);
});
