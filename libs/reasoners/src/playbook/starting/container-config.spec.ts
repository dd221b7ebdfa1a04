import { describe, expect, it } from 'vitest';
import { aCase, commit, CONTAINER_PATH, gitChange, object } from '../case.fixture.ts';
import { containerConfig, missingIn } from './container-config.ts';

type Parts = Omit<Parameters<typeof aCase>[0], 'class'>;
const answer = (subCause: string, parts: Parts) => containerConfig(aCase({ class: 'CreateContainerConfigError', subCause, ...parts }));
const deployment = (securityContext: object, pod: object = {}) => object('Deployment', 'checkout', { spec: { template: { spec: { containers: [{ name: 'app', securityContext }], ...pod } } } }, 'apps/v1');
const versions = (head: object, before: object, pod: object = {}, podBefore: object = {}) => [
  { commit: commit(2), message: '', at: 2, objects: [deployment(head, pod)] },
  { commit: commit(1), message: '', at: 1, objects: [deployment(before, podBefore)] },
];
const GUARD = { runAsNonRoot: true };
const setUser = (value: number, path: readonly string[] = CONTAINER_PATH) => ({ action: 'setSecurityContext', fields: [{ path: [...path, 'securityContext', 'runAsUser'], value }] });

it.each([
  ['configmap "settings" not found', { kind: 'ConfigMap', name: 'settings' }],
  ['secret "db" not found', { kind: 'Secret', name: 'db' }],
  ["couldn't find key db-host in ConfigMap shop/settings", { kind: 'ConfigMap', name: 'settings', key: 'db-host' }],
  ['volume data: persistentvolumeclaim "data" not found', { kind: 'PersistentVolumeClaim', name: 'data' }],
  ['container has runAsNonRoot and image will run as root', undefined],
])('the kubelet says what is missing: %s', (message, missing) => {
  expect(missingIn(message)).toEqual(missing);
});

describe('a container that would run as root and may not', () => {
  it('runs as the user again that Git had', () => {
    expect(answer('RunAsRoot', { template: { securityContext: GUARD }, versions: versions(GUARD, { ...GUARD, runAsUser: 1001 }) }).candidates).toEqual([setUser(1001)]);
  });

  it('gets that user where the rule stands that it breaks', () => {
    const pod = { securityContext: { runAsNonRoot: true, runAsUser: 0 } };
    const before = { securityContext: { runAsNonRoot: true, runAsUser: 1001 } };
    expect(answer('RunAsRoot', { pod, versions: versions({}, {}, pod, before) }).candidates).toEqual([setUser(1001, ['spec', 'template', 'spec'])]);
  });

  it('gets its image back where that is what changed', () => {
    const { candidates } = answer('RunAsRoot', { template: { image: 'shop:2', securityContext: GUARD }, changes: [gitChange(['image'], 'shop:1', 'shop:2')] });
    expect(candidates).toEqual([{ action: 'setImage', container: 'app', image: 'shop:1', provenance: 'GitHistory' }]);
  });

  it('becomes nobody where nothing says who it is, with less confidence; the guard stays', () => {
    const { candidates, confidence } = answer('RunAsRoot', { template: { securityContext: GUARD } });
    expect(candidates).toEqual([setUser(65532)]);
    expect(confidence).toBeLessThan(0.7);
  });

  it('is left to a person where its user has a name and no number', () => {
    expect(answer('NonNumericUser', { template: { securityContext: GUARD } }).candidates).toMatchObject([{ action: 'abstain', reason: 'UserNotNumeric' }]);
  });
});

describe('a sub-path that cannot be used', () => {
  it('goes back, or is for a person', () => {
    const path = ['volumeMounts', '[name=data]', 'subPath'];
    expect(answer('SubPath', { template: { volumeMounts: [{ name: 'data', subPath: 'b' }] }, changes: [gitChange(path, 'a', 'b')] }).candidates).toEqual([{ action: 'restoreField', path: [...CONTAINER_PATH, ...path], commit: commit(1) }]);
    expect(answer('SubPath', {}).candidates).toMatchObject([{ action: 'abstain', reason: 'SubPathNotUsable' }]);
  });
});
