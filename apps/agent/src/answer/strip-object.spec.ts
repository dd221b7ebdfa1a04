import type { KubeObject } from '@fleetmend/model';
import { createSession } from '@fleetmend/redaction';
import { describe, expect, it } from 'vitest';
import { referencesOf } from './references.ts';
import { stripObject } from './strip-object.ts';

const strip = (object: KubeObject) => stripObject(object, createSession());
const aPod = (spec: unknown, metadata: Partial<KubeObject['metadata']> = {}): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'shop', ...metadata }, spec });

describe('an object that leaves the cluster', () => {
  it('has no data of Secrets and ConfigMaps', () => {
    for (const kind of ['Secret', 'ConfigMap']) {
      const object = { apiVersion: 'v1', kind, metadata: { name: 'a' }, data: { a: 'x' }, stringData: { b: 'y' }, binaryData: { c: 'z' }, type: 'Opaque' };
      expect(strip(object)).toEqual({ apiVersion: 'v1', kind, metadata: { name: 'a' }, type: 'Opaque' });
    }
  });

  it('has placeholders for env values of secret-like names, wherever the value stands', () => {
    const { spec } = strip(aPod({ containers: [{ name: 'app', args: ['--dsn=s3cr3t-value@db'], env: [{ name: 'DB_PASSWORD', value: 's3cr3t-value' }, { name: 'PORT', value: '8080' }] }] }));
    expect(spec).toEqual({ containers: [{ name: 'app', args: ['--dsn=__SECRET_VALUE_1__@db'], env: [{ name: 'DB_PASSWORD', value: '__SECRET_VALUE_1__' }, { name: 'PORT', value: '8080' }] }] });
  });

  it('has neither the last applied manifest nor field ownership, but who manages it', () => {
    const { metadata } = strip(aPod({}, { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"env":"s3cr3t"}', note: 'kept' }, managedFields: [{ manager: 'argocd-controller', operation: 'Apply', fieldsV1: { 'f:spec': {} } }] }));
    expect(metadata).toEqual({ name: 'a', namespace: 'shop', annotations: { note: 'kept' }, managedFields: [{ manager: 'argocd-controller', operation: 'Apply' }] });
  });

  it('says what a person set by hand, by name only', () => {
    const managedFields = [{ manager: 'kubectl-edit', operation: 'Update', time: '2026-01-01T10:00:00Z', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }];
    expect(strip(aPod({}, { managedFields })).metadata['managedFields']).toEqual([{ manager: 'kubectl-edit', operation: 'Update', time: '2026-01-01T10:00:00Z', fields: [['spec', 'replicas']] }]);
  });

  it('keeps names, images and selectors, even where a password has the same text', () => {
    const spec = { containers: [{ name: 'postgres', image: 'postgres:15', env: [{ name: 'POSTGRES_PASSWORD', value: 'postgres' }] }], selector: { matchLabels: { app: 'checkout' } } };
    expect(strip(aPod(spec))['spec']).toMatchObject({ containers: [{ name: 'postgres', image: 'postgres:15', env: [{ value: '__SECRET_VALUE_1__' }] }], selector: { matchLabels: { app: 'checkout' } } });
  });

  it('keeps what only refers to a secret', () => {
    const spec = { volumes: [{ name: 'tls', secret: { secretName: 'checkout-tls' } }], automountServiceAccountToken: true, containers: [{ name: 'app', env: [{ name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }] }] };
    expect(strip(aPod(spec))['spec']).toEqual(spec);
  });

  it('is taken from a copy', () => {
    const object = aPod({ containers: [{ name: 'app', env: [{ name: 'API_TOKEN', value: 's3cr3t-value' }] }] });
    const before = structuredClone(object);
    strip(object);
    expect(object).toEqual(before);
  });
});

describe('references of a template', () => {
  it('are found wherever a template can name a ConfigMap, a Secret or a key', () => {
    const spec = {
      imagePullSecrets: [{ name: 'regcred' }],
      volumes: [{ name: 'a', configMap: { name: 'files', items: [{ key: 'app.yaml', path: 'x' }] } }, { name: 'b', secret: { secretName: 'tls', optional: true } }, { name: 'c', projected: { sources: [{ configMap: { name: 'ca' } }] } }],
      containers: [{ envFrom: [{ configMapRef: { name: 'env' } }], env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }] }],
    };
    expect(referencesOf(spec).map(({ kind, name, key, optional }) => [kind, name, key, optional])).toEqual([
      ['Secret', 'regcred', undefined, false], ['ConfigMap', 'files', 'app.yaml', false], ['Secret', 'tls', undefined, true], ['ConfigMap', 'ca', undefined, false], ['ConfigMap', 'env', undefined, false], ['Secret', 'db', 'password', false],
    ]);
  });
});
