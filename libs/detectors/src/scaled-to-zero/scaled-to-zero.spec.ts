import type { KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { anOwner, worldOf, type OwnerParts } from '../owner.fixture.ts';
import { scaledToZero } from './scaled-to-zero.ts';

const labels = { app: 'checkout' };
const service = anOwner('Service', { spec: { selector: labels } });
const scaler = (spec: Readonly<Record<string, unknown>> = {}, owner?: KubeObject) => anOwner('HorizontalPodAutoscaler', { spec: { minReplicas: 1, scaleTargetRef: { kind: 'Deployment', name: 'checkout' }, ...spec }, ...(owner ? { owner } : {}) });
const inspect = (others: readonly KubeObject[], { kind = 'Deployment', spec, metadata }: OwnerParts & { readonly kind?: string } = {}) =>
  inspectPurely(scaledToZero, anOwner(kind, { metadata: { generation: 2, ...metadata }, spec: { replicas: 0, template: { metadata: { labels } }, ...spec } }), worldOf(...others));

describe('scaled-to-zero', () => {
  it('reports a workload without replicas that a Service counts on', () => {
    expect(inspect([service])).toMatchObject([{ class: 'ScaledToZero', target: { kind: 'Deployment', name: 'checkout' }, observation: { message: 'no replica is wanted, although Service checkout counts on it' } }]);
    expect(inspect([service], { kind: 'StatefulSet' })).toHaveLength(1);
  });

  it('reports one that an autoscaler counts on, which is disabled by it', () => {
    expect(inspect([scaler()])).toHaveLength(1);
  });

  it.each<[string, readonly KubeObject[], OwnerParts]>([
    ['a worker that nobody calls', [], {}],
    ['a workload that was made with no replica', [service], { metadata: { generation: 1 } }],
    ['one behind a Service that reaches another colour', [service, anOwner('Pod', { name: 'green-1', metadata: { labels } })], {}],
    ['one that a downscaler put to sleep', [service], { metadata: { annotations: { 'downscaler/original-replicas': '3' } } }],
    ['one that may start from zero', [service, scaler({ minReplicas: 0 })], {}],
    ['one that KEDA scales', [service, scaler({}, anOwner('ScaledObject'))], {}],
    ['one whose autoscaler KEDA has marked', [service, { ...scaler({}), metadata: { ...scaler({}).metadata, labels: { 'scaledobject.keda.sh/name': 'checkout' } } }], {}],
    ['a Service without a selector', [anOwner('Service')], {}],
    ['a workload with replicas', [service], { spec: { replicas: 1 } }],
  ])('is silent about %s', (_what, others, parts) => {
    expect(inspect(others, parts)).toEqual([]);
  });
});
