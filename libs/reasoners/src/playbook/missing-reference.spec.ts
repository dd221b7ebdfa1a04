import type { KubeObject, ObjectRef } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { aCase, commit, CONTAINER_PATH, gitChange, object } from './case.fixture.ts';
import { mendReference, type Missing } from './missing-reference.ts';

type Parts = Omit<Parameters<typeof aCase>[0], 'class' | 'versions'> & { readonly head?: readonly KubeObject[]; readonly before?: readonly KubeObject[] };
const POD = ['spec', 'template', 'spec'];
const NAME = ['env', '[name=HOST]', 'valueFrom', 'configMapKeyRef', 'name'];
const ref = (kind: string, name: string): ObjectRef => ({ apiVersion: 'v1', kind, namespace: 'shop', name });
const reads = (name: string, key: string, field = 'configMapKeyRef') => ({ env: [{ name: 'HOST', valueFrom: { [field]: { name, key } } }] });
const map = (name: string, ...keys: readonly string[]) => object('ConfigMap', name, { data: Object.fromEntries(keys.map((key) => [key, 'x'])) });

function mend(missing: Missing, { head = [], before = [], ...parts }: Parts) {
  const kase = aCase({ class: 'CreateContainerConfigError', ...parts });
  const versions = [{ commit: commit(2), message: '', at: 2, objects: [kase.target, ...head] }, { commit: commit(1), message: '', at: 1, objects: [kase.target, ...before] }];
  return mendReference({ ...kase, versions }, missing);
}
const setReference = (...fields: readonly (readonly [readonly string[], string])[]) => ({ action: 'setReference', fields: fields.map(([path, value]) => ({ path: [...path], value })) });

describe('a reference to what does not exist', () => {
  it('goes back to what it was where it is what changed', () => {
    const { candidates, confidence } = mend({ kind: 'ConfigMap', name: 'setings' }, { template: reads('setings', 'host'), changes: [gitChange(NAME, 'settings', 'setings')], head: [map('settings', 'host')], before: [map('settings', 'host')] });
    expect(candidates[0]).toEqual({ action: 'restoreField', path: [...CONTAINER_PATH, ...NAME], commit: commit(1) });
    expect(confidence).toBeGreaterThan(0.9);
  });

  it('goes back to a Secret that Git never held, as a reference: pods ran with it, and policy lets no Secret be restored as a field', () => {
    const place = [...CONTAINER_PATH, 'env', '[name=HOST]', 'valueFrom', 'secretKeyRef'];
    const ask = (path: readonly string[], before: unknown, after: unknown) => mend({ kind: 'Secret', name: 'db-creds' }, { template: reads('db-creds', 'host', 'secretKeyRef'), changes: [gitChange(['env', '[name=HOST]', ...path], before, after)] }).candidates;
    expect(ask(['valueFrom', 'secretKeyRef', 'name'], 'db-credentials', 'db-creds')).toEqual([setReference([[...place, 'name'], 'db-credentials'])]);
    expect(ask(['valueFrom'], { secretKeyRef: { name: 'db-credentials', key: 'dsn' } }, { secretKeyRef: { name: 'db-creds', key: 'host' } })).toEqual([setReference([[...place, 'name'], 'db-credentials'], [[...place, 'key'], 'dsn'])]);
    expect(ask(['valueFrom'], { configMapKeyRef: { name: 'settings', key: 'host' } }, { secretKeyRef: { name: 'db-creds', key: 'host' } })).toMatchObject([{ action: 'restoreField' }]);
  });

  it('does not go back to a name that is gone from Git, but on to the one that came instead', () => {
    const changes = [gitChange(NAME, 'settings', 'settings-v3'), gitChange([], map('settings'), undefined, { object: ref('ConfigMap', 'settings') }), gitChange([], undefined, map('settings-v2'), { object: ref('ConfigMap', 'settings-v2') })];
    expect(mend({ kind: 'ConfigMap', name: 'settings-v3' }, { template: reads('settings-v3', 'host'), changes, head: [map('settings-v2', 'host')], before: [map('settings', 'host')] }).candidates).toEqual([setReference([[...CONTAINER_PATH, ...NAME], 'settings-v2'])]);
  });

  it('follows an object that got another name, wherever it is named', () => {
    const template = { ...reads('rules', 'host'), envFrom: [{ configMapRef: { name: 'rules' } }] };
    const changes = [gitChange([], map('rules'), undefined, { object: ref('ConfigMap', 'rules') }), gitChange([], undefined, map('rules-2027'), { object: ref('ConfigMap', 'rules-2027') })];
    const parts = { template, pod: { volumes: [{ name: 'r', configMap: { name: 'rules' } }] }, changes, before: [map('rules', 'host')] };
    expect(mend({ kind: 'ConfigMap', name: 'rules' }, { ...parts, head: [map('rules-2027', 'host')] }).candidates).toEqual([
      setReference([[...CONTAINER_PATH, ...NAME], 'rules-2027'], [[...CONTAINER_PATH, 'envFrom', '0', 'configMapRef', 'name'], 'rules-2027'], [[...POD, 'volumes', '[name=r]', 'configMap', 'name'], 'rules-2027']),
    ]);
    expect(mend({ kind: 'ConfigMap', name: 'rules' }, { ...parts, head: [map('rules-2027', 'other')] }).candidates).toMatchObject([{ action: 'abstain', reason: 'ConfigMapNotFound' }]);
  });

  it('takes the name that is a slip away, if that has the key', () => {
    const parts = { template: reads('setings', 'host') };
    expect(mend({ kind: 'ConfigMap', name: 'setings' }, { ...parts, head: [map('settings', 'host'), map('other', 'host')] }).candidates).toEqual([setReference([[...CONTAINER_PATH, ...NAME], 'settings'])]);
    expect(mend({ kind: 'ConfigMap', name: 'setings' }, { ...parts, head: [map('settings', 'port')] }).candidates).toMatchObject([{ action: 'abstain' }]);
  });

  it('takes a Secret that a ready pod of the namespace uses', () => {
    const pod = object('Pod', 'other-1', { spec: { containers: [{ name: 'x', ...reads('db-credentials', 'host', 'secretKeyRef') }] }, status: { conditions: [{ type: 'Ready', status: 'True' }] } });
    const near = mend({ kind: 'Secret', name: 'db-credential' }, { template: reads('db-credential', 'host', 'secretKeyRef'), related: [pod] });
    expect(near.candidates).toMatchObject([{ action: 'setReference', fields: [{ value: 'db-credentials' }] }]);
  });
});

describe('a key that does not exist', () => {
  const missing: Missing = { kind: 'ConfigMap', name: 'settings', key: 'host' };

  it('comes back to its ConfigMap where it was taken out', () => {
    const changes = [gitChange(['data', 'host'], 'db', undefined, { object: ref('ConfigMap', 'settings') })];
    expect(mend(missing, { template: reads('settings', 'host'), changes, head: [map('settings', 'port')] }).candidates).toEqual([{ action: 'restoreField', object: ref('ConfigMap', 'settings'), path: ['data', 'host'], commit: commit(1) }]);
  });

  it('is spelt as the ConfigMap has it', () => {
    expect(mend({ ...missing, key: 'db-hots' }, { template: reads('settings', 'db-hots'), head: [map('settings', 'db-host', 'port')] }).candidates).toEqual([setReference([[...CONTAINER_PATH, 'env', '[name=HOST]', 'valueFrom', 'configMapKeyRef', 'key'], 'db-host'])]);
  });

  it('of an item of a volume is found there', () => {
    const pod = { volumes: [{ name: 'v', configMap: { name: 'settings', items: [{ key: 'app.yml', path: 'a' }] } }] };
    expect(mend({ ...missing, key: 'app.yml' }, { pod, head: [map('settings', 'app.yaml')] }).candidates).toEqual([setReference([[...POD, 'volumes', '[name=v]', 'configMap', 'items', '0', 'key'], 'app.yaml'])]);
  });
});

describe('what was never there', () => {
  it.each<[string, Missing, Parts, string]>([
    ['a new Secret', { kind: 'Secret', name: 'webhook' }, { template: reads('webhook', 'token', 'secretKeyRef') }, 'SecretNotFound'],
    ['a key of a Secret', { kind: 'Secret', name: 'license', key: 'tenant' }, { template: reads('license', 'tenant', 'secretKeyRef') }, 'SecretKeyNotFound'],
    ['a reference that came with its variable', { kind: 'ConfigMap', name: 'tiers' }, { template: reads('tiers', 'a'), changes: [gitChange(['env', '[name=HOST]'], undefined, reads('tiers', 'a').env[0])] }, 'ConfigMapNotFound'],
    ['a ConfigMap that was taken out', { kind: 'ConfigMap', name: 'rules' }, { template: reads('rules', 'a'), changes: [gitChange([], map('rules'), undefined, { object: ref('ConfigMap', 'rules') })], before: [map('rules', 'a')] }, 'ConfigMapNotFound'],
  ])('is not invented: %s', (_what, missing, parts, reason) => {
    const { candidates } = mend(missing, parts);
    expect(candidates).toMatchObject([{ action: 'abstain', reason }]);
    expect(JSON.stringify(candidates)).toContain(missing.name);
  });
});
