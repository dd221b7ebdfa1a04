import type { KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { condition, worldOf } from '../owner.fixture.ts';
import { gatewayRoute } from './gateway-route.ts';

const route = (...conditions: readonly object[]): KubeObject => ({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: 'checkout', namespace: 'shop' }, status: { parents: [{ conditions }] } });
const inspect = (object: KubeObject) => inspectPurely(gatewayRoute, object, worldOf(object));

describe('gateway-route', () => {
  it.each([
    ['ResolvedRefs', 'BackendNotFound', 'backend Service chekout not found'],
    ['Accepted', 'NoMatchingParent', 'no listener matches'],
  ])('reports %s at False', (type, reason, message) => {
    expect(inspect(route(condition(type, 'False', reason, message)))).toMatchObject([{ class: 'RouteNotResolved', subCause: reason, target: { kind: 'HTTPRoute' }, observation: { message } }]);
  });

  it('is silent about a route that is accepted, one that nobody has looked at, and other conditions', () => {
    expect(inspect(route(condition('Accepted', 'True', 'Accepted'), condition('ResolvedRefs', 'True', 'ResolvedRefs')))).toEqual([]);
    expect(inspect(route())).toEqual([]);
    expect(inspect(route(condition('PartiallyInvalid', 'False', 'x')))).toEqual([]);
  });
});
