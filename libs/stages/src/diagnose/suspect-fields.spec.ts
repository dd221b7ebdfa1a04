import { expect, it } from 'vitest';
import { suspectFields } from './suspect-fields.ts';

it('names every scalar of a container, list items by name where they have one', () => {
  const container = {
    name: 'app',
    image: 'a:1',
    args: ['--listen=8080', '--log=x'],
    env: [{ name: 'HOST', value: 'db' }, { name: 'KEY', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
    livenessProbe: { httpGet: { path: '/healthz', port: 8080 } },
  };
  expect(suspectFields(container).map((path) => path.join('/'))).toEqual([
    'image',
    'resources/limits/memory',
    'resources/requests/memory',
    'resources/limits/cpu',
    'resources/requests/cpu',
    'args/0',
    'args/1',
    'env/[name=HOST]/value',
    'env/[name=KEY]/valueFrom/secretKeyRef/name',
    'env/[name=KEY]/valueFrom/secretKeyRef/key',
    'livenessProbe/httpGet/path',
    'livenessProbe/httpGet/port',
  ]);
});

it('names list items that share a name by their place', () => {
  const env = [{ name: 'HOST', value: 'a' }, { name: 'HOST', value: 'b' }];
  expect(suspectFields({ env }).map((path) => path.join('/')).filter((path) => path.startsWith('env'))).toEqual(['env/0/name', 'env/0/value', 'env/1/name', 'env/1/value']);
});
