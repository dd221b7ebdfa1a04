import type { KubeObject } from '@fleetmend/model';
import { expect, it } from 'vitest';
import { secretsInGit } from './secrets-in-git.ts';

const object = (apiVersion: string, kind: string, name: string, rest: object): KubeObject => ({ apiVersion, kind, metadata: { name, namespace: 'shop' }, ...rest });

it.each<[string, KubeObject, readonly string[]]>([
  ['a Secret', object('v1', 'Secret', 'db', { stringData: { password: 'hunter2' } }), ['db', 'password']],
  ['a sealed one', object('bitnami.com/v1alpha1', 'SealedSecret', 'db', { spec: { encryptedData: { password: 'AgB…' } } }), ['db', 'password']],
  ['an external one, by the name of what it makes', object('external-secrets.io/v1', 'ExternalSecret', 'db-sync', { spec: { target: { name: 'db' }, data: [{ secretKey: 'password', remoteRef: { key: 'prod/db' } }] } }), ['db', 'password']],
  [
    'what a workload reads',
    object('apps/v1', 'Deployment', 'web', {
      spec: { template: { spec: { imagePullSecrets: [{ name: 'registry' }], containers: [{ name: 'app', env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }], envFrom: [{ secretRef: { name: 'all' } }] }], volumes: [{ name: 'v', secret: { secretName: 'tls' } }] } } },
    }),
    ['registry', 'db', 'password', 'all', 'tls'],
  ],
])('knows names and keys of %s, and never a value', (_, secret, known) => {
  expect([...secretsInGit([secret])].sort()).toEqual([...known].sort());
});

it('knows nothing of a ConfigMap', () => {
  expect(secretsInGit([object('v1', 'ConfigMap', 'c', { data: { a: 'b' } })])).toEqual([]);
});
