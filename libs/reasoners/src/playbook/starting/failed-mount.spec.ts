import { describe, expect, it } from 'vitest';
import { aCase, commit, gitChange, object } from '../case.fixture.ts';
import { failedMount } from './failed-mount.ts';

type Parts = Omit<Parameters<typeof aCase>[0], 'class'>;
const answer = (subCause: string, parts: Parts) => failedMount(aCase({ class: 'FailedMount', subCause, ...parts }));
const TARGET = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' };
const VOLUME = ['spec', 'template', 'spec', 'volumes', '[name=config]'];

describe('a volume that cannot be mounted', () => {
  it('is pointed at what exists, whichever words name it', () => {
    const pod = { volumes: [{ name: 'config', configMap: { name: 'setings', items: [{ key: 'app.yml', path: 'a' }] } }] };
    const versions = [{ commit: commit(2), message: '', at: 2, objects: [object('ConfigMap', 'settings', { data: { 'app.yml': '' } })] }];
    expect(answer('ConfigMapNotFound', { pod, versions, message: 'volume config: configmap "setings" not found' }).candidates).toEqual([{ action: 'setReference', fields: [{ path: [...VOLUME, 'configMap', 'name'], value: 'settings' }] }]);
    const items = { volumes: [{ name: 'config', configMap: { name: 'settings', items: [{ key: 'app.yaml', path: 'a' }] } }] };
    expect(answer('ConfigMapKeyNotFound', { pod: items, versions, message: 'volume config: configmap references non-existent config key: app.yaml' }).candidates).toEqual([
      { action: 'setReference', fields: [{ path: [...VOLUME, 'configMap', 'items', '0', 'key'], value: 'app.yml' }] },
    ]);
  });

  it('goes back where it changed', () => {
    const changes = [gitChange([...VOLUME, 'hostPath', 'path'], '/srv/a', '/srv/b', { object: TARGET })];
    expect(answer('HostPath', { pod: { volumes: [{ name: 'config', hostPath: { path: '/srv/b' } }] }, changes }).candidates).toEqual([{ action: 'restoreField', path: [...VOLUME, 'hostPath', 'path'], commit: commit(1) }]);
  });
});

describe('a volume that one node can hold', () => {
  const strategy = { action: 'setVolume', fields: [{ path: ['spec', 'strategy', 'type'], value: 'Recreate' }] };

  it('is given to one pod at a time', () => {
    expect(answer('MultiAttach', { spec: { replicas: 1 } }).candidates).toEqual([strategy]);
    const rolling = { replicas: 1, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } };
    expect(answer('MultiAttach', { spec: rolling, changes: [] }).candidates).toEqual([{ ...strategy, fields: [...strategy.fields, { path: ['spec', 'strategy', 'rollingUpdate'], value: null }] }]);
  });

  it('goes back to one pod where a second was asked for', () => {
    expect(answer('MultiAttach', { spec: { replicas: 2 }, changes: [gitChange(['spec', 'replicas'], 1, 2, { object: TARGET })] }).candidates).toEqual([{ action: 'restoreField', path: ['spec', 'replicas'], commit: commit(1) }]);
  });

  it.each([[{ replicas: 3 }], [{ replicas: 1, strategy: { type: 'Recreate' } }]])('is left to a person where neither helps', (spec) => {
    expect(answer('MultiAttach', { spec }).candidates).toMatchObject([{ action: 'abstain', reason: 'VolumeHeldElsewhere' }]);
  });
});

it.each([['TimedOut'], ['DriverNotFound'], ['HostPath']])('%s without a change in Git is for a person', (subCause) => {
  expect(answer(subCause, {}).candidates).toMatchObject([{ action: 'abstain', reason: `Volume${subCause}` }]);
});
