import type { KubeObject } from '@fleetmend/model';
import { expect, it } from 'vitest';
import { reachedServices } from './reached-services.ts';

const target = (container: object): KubeObject => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, spec: { template: { spec: { containers: [{ name: 'app', ...container }] } } } });
const settings: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { 'app.yaml': 'cache:\n  host: "redis.cache.svc"\n' } };

it('names the Services of other namespaces that stand in the settings, once each', () => {
  const container = { args: ['--db=postgres://app@pg.data.svc.cluster.local:5432/shop', '--own=api.shop.svc:80'], env: [{ name: 'DB', value: 'pg.data' }] };
  expect(reachedServices(target(container), [{ commit: 'a', message: '', at: 0, objects: [settings] }])).toEqual([{ namespace: 'data', name: 'pg' }, { namespace: 'cache', name: 'redis' }]);
});

it.each(['api', 'api.shop', '10.96.0.1:80', 'shop.example.com', 'v1.4.2', 'pg.svc'])('takes %s for none of another namespace', (word) => {
  expect(reachedServices(target({ args: [word] }), [])).toEqual([]);
});
