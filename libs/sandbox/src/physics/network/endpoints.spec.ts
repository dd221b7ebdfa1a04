import { seconds } from '@fleetmend/kernel';
import { expect, test } from 'vitest';
import type { KubeObject } from '../../objects.ts';
import { app, smallCluster } from '../spec-support/small-cluster.ts';
import type { SmallCluster } from '../spec-support/small-cluster.ts';

const service = (selector: Record<string, string>, targetPort: number | string = 8080): KubeObject => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'checkout', namespace: 'shop' }, spec: { selector, ports: [{ name: 'http', port: 80, targetPort }] } });
const slices = (cluster: SmallCluster) => cluster.objects.list('discovery.k8s.io/v1', 'EndpointSlice', { namespace: 'shop' });

test('a Service has its ready pods as endpoints, with the port that its target name stands for', async () => {
  const cluster = smallCluster();
  cluster.apply(service({ app: 'checkout' }, 'web'), app({ replicas: 2, args: ['--listen=9090'], ports: [{ name: 'web', containerPort: 9090 }] }));
  await cluster.clock.run(seconds(10));
  expect(slices(cluster)).toHaveLength(1);
  expect(slices(cluster)[0]).toMatchObject({ metadata: { labels: { 'kubernetes.io/service-name': 'checkout' } }, addressType: 'IPv4', ports: [{ name: 'http', port: 9090, protocol: 'TCP' }] });
  expect(slices(cluster)[0]?.['endpoints']).toMatchObject([{ conditions: { ready: true, serving: true, terminating: false } }, { conditions: { ready: true } }]);
  expect(cluster.objects.get('v1', 'Endpoints', 'shop', 'checkout')?.['subsets']).toMatchObject([{ addresses: [{ targetRef: { kind: 'Pod' } }, {}], ports: [{ name: 'http', port: 9090 }] }]);
});

test('pods that are not ready are listed as such', async () => {
  const cluster = smallCluster();
  cluster.apply(service({ app: 'checkout' }), app({ args: ['--listen=8080', '--health=/healthz'], readinessProbe: { httpGet: { path: '/nope', port: 8080 }, periodSeconds: 1 } }));
  await cluster.clock.run(seconds(10));
  expect(slices(cluster)[0]?.['endpoints']).toMatchObject([{ conditions: { ready: false, serving: false } }]);
  expect(cluster.objects.get('v1', 'Endpoints', 'shop', 'checkout')?.['subsets']).toMatchObject([{ notReadyAddresses: [{}] }]);
});

test('a selector that matches nothing leaves the Service without endpoints, and they go with the Service', async () => {
  const cluster = smallCluster();
  cluster.apply(service({ app: 'chekcout' }), app({}));
  await cluster.clock.run(seconds(10));
  expect(slices(cluster)[0]?.['endpoints'] ?? []).toEqual([]);
  cluster.objects.delete('v1', 'Service', 'shop', 'checkout');
  await cluster.clock.run(seconds(2));
  expect(slices(cluster)).toEqual([]);
  expect(cluster.objects.get('v1', 'Endpoints', 'shop', 'checkout')).toBeUndefined();
});
