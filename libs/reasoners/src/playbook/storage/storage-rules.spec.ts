import type { KubeObject } from '@fleetmend/model';
import type { GitChange } from '@fleetmend/plugin-api';
import { describe, expect, it } from 'vitest';
import { aCase, commit, gitChange, object } from '../case.fixture.ts';
import type { Rule } from '../rule.ts';
import { CHECKOUT, POD, refused } from '../scheduling/scheduling.fixture.ts';
import { unschedulable } from '../scheduling/unschedulable.ts';
import { claimPending } from './claim-pending.ts';
import { claimLost, volumeResize } from './claim-trouble.ts';
import { oneWriter } from './one-writer.ts';

const claim = (name: string, { phase = 'Bound', spec = {}, annotations }: { readonly phase?: string; readonly spec?: object; readonly annotations?: Readonly<Record<string, string>> } = {}): KubeObject => {
  const made = object('PersistentVolumeClaim', name, { spec, status: { phase } });
  return { ...made, metadata: { ...made.metadata, ...(annotations ? { annotations } : {}) } };
};
const storageClass = (name: string, rest: object = {}): KubeObject => ({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, provisioner: 'disk.example.org', ...rest });
const mounting = (name: string) => ({ volumes: [{ name: 'data', persistentVolumeClaim: { claimName: name } }] });
const NAME = [...POD, 'volumes', '[name=data]', 'persistentVolumeClaim', 'claimName'];
const renamed = (before: string, after: string): GitChange => gitChange(NAME, before, after, { object: CHECKOUT });
const ofClaim = (path: readonly string[], before: unknown, after: unknown): GitChange => gitChange(path, before, after, { object: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data' } });

interface Parts {
  readonly mounts?: string;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly said?: string;
  readonly message?: string;
  readonly subCause?: string;
  readonly related?: readonly KubeObject[];
  readonly changes?: readonly GitChange[];
  readonly inGit?: readonly KubeObject[];
}

const set = { ...object('ReplicaSet', 'checkout-1', {}, 'apps/v1'), metadata: { name: 'checkout-1', namespace: 'shop', ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout', uid: 'u', controller: true }] } };

function ask(rule: Rule, { mounts = 'data', spec, said = '', related = [], changes = [], inGit = [], ...parts }: Parts): readonly string[] {
  const pod = mounting(mounts);
  const kase = aCase({ class: 'X', pod, ...(spec ? { spec } : {}), ...parts, related: [set, refused(said, pod), ...related], changes });
  const versions = [{ commit: commit(9), message: 'head', at: 9, objects: [kase.target, ...inGit] }];
  return rule({ ...kase, versions }).candidates.map((action) => {
    if (action.action === 'abstain') return action.reason;
    const where = 'object' in action && action.object ? `${action.object.kind} ${action.object.name} ` : '';
    return action.action === 'restoreField' ? `restore ${where}${action.path.at(-1) ?? ''}` : 'fields' in action ? `${action.action} ${where}${action.fields.map(({ path, value }) => `${path.at(-1) ?? ''}=${String(value)}`).join(', ')}` : action.action;
  });
}

describe('a claim that does not exist', () => {
  const gone = { mounts: 'dta', said: 'persistentvolumeclaim "dta" not found' };

  it.each<[string, Parts, readonly string[]]>([
    ['goes back to the one that was mounted before', { ...gone, related: [claim('orders')], changes: [renamed('orders', 'dta')] }, ['restore claimName']],
    ['becomes the one that was meant', { ...gone, related: [claim('data'), claim('logs')] }, ['setReference claimName=data']],
    ['is not another workload\'s', { ...gone, related: [claim('data'), object('Deployment', 'cart', { spec: { template: { spec: mounting('data') } } }, 'apps/v1')] }, ['ClaimOfAnother']],
    ['is not one that has lost its volume', { ...gone, related: [claim('data', { phase: 'Lost' })] }, ['ClaimNotFound']],
    ['was given up by a commit', { ...gone, changes: [gitChange([], claim('dta'), undefined, { object: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'dta' } })] }, ['ClaimRemovedFromGit']],
    ['is in Git and not applied', { ...gone, inGit: [claim('dta')] }, ['ClaimNotApplied']],
    ['is like no other', { ...gone, related: [claim('archive')] }, ['ClaimNotFound']],
  ])('%s', (_what, parts, answers) => {
    expect(ask(unschedulable, parts)).toEqual(answers);
  });
});

describe('a claim that gets no volume', () => {
  const pending = (spec: object, annotations?: Readonly<Record<string, string>>) => claim('data', { phase: 'Pending', spec, ...(annotations ? { annotations } : {}) });
  const slip = pending({ storageClassName: 'fsat' });
  const flux = { 'kustomize.toolkit.fluxcd.io/force': 'enabled' };

  it.each<[string, Parts, readonly string[]]>([
    ['gives way to the claim that was mounted before', { related: [slip, claim('orders'), storageClass('fast')], changes: [renamed('orders', 'data')] }, ['restore claimName']],
    ['may not change its class', { related: [slip, storageClass('fast')], inGit: [slip] }, ['ClaimIsImmutable']],
    ['may, where Flux is to make it anew', { related: [slip, storageClass('fast')], inGit: [pending({ storageClassName: 'fsat' }, flux)] }, ['setReference PersistentVolumeClaim data storageClassName=fast']],
    ['and then goes back to the class that it had', { related: [slip, storageClass('bulk')], inGit: [pending({ storageClassName: 'fsat' }, flux)], changes: [ofClaim(['spec', 'storageClassName'], 'bulk', 'fsat')] }, ['restore PersistentVolumeClaim data storageClassName']],
    ['may, where Argo CD is to replace it', { related: [slip, storageClass('fast')], inGit: [pending({ storageClassName: 'fsat' }, { 'argocd.argoproj.io/sync-options': 'Force=true, Replace=true' })] }, ['setReference PersistentVolumeClaim data storageClassName=fast']],
    ['wants a class like no other', { related: [pending({ storageClassName: 'premium' }), storageClass('fast')], inGit: [slip] }, ['ClassNotFound']],
    ['gets the only class there is', { related: [pending({}), storageClass('fast')], inGit: [pending({})] }, ['setReference PersistentVolumeClaim data storageClassName=fast']],
    ['gets the class back that a commit took', { related: [pending({}), storageClass('fast'), storageClass('bulk')], inGit: [pending({})], changes: [ofClaim(['spec', 'storageClassName'], 'bulk', undefined)] }, ['restore PersistentVolumeClaim data storageClassName']],
    ['has to choose among several', { related: [pending({}), storageClass('fast'), storageClass('bulk')], inGit: [pending({})] }, ['ChooseClass']],
    ['was made by a StatefulSet, for which somebody names a default', { related: [pending({}), storageClass('fast')] }, ['NoDefaultClass']],
    ['wants none that is made', { related: [pending({ storageClassName: '' }), storageClass('fast')] }, ['NoFreeVolume']],
    ['names its volume', { related: [pending({ volumeName: 'pv-1' }), storageClass('fast')] }, ['NamedVolume']],
    ['waits for a provisioner', { related: [pending({ storageClassName: 'fast' }), storageClass('fast')] }, ['ProvisionerFails']],
    ['has one by now', { related: [claim('data')] }, ['NoPendingClaim']],
  ])('%s', (_what, parts, answers) => {
    expect(ask(claimPending, parts)).toEqual(answers);
  });
});

describe('a volume that one can hold, wanted by two', () => {
  const held: Rule = (kase) => oneWriter(kase, 'it is held');
  const strategy = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } };

  it.each<[string, Parts, readonly string[]]>([
    ['is taken in turns', { spec: { replicas: 1, ...strategy }, related: [claim('data')] }, ['setVolume type=Recreate, rollingUpdate=null']],
    ['is for one replica, as before', { spec: { replicas: 3 }, related: [claim('data')], changes: [gitChange(['spec', 'replicas'], 1, 3, { object: CHECKOUT })] }, ['restore replicas']],
    ['is not divided among replicas that always were', { spec: { replicas: 3 }, related: [claim('data')] }, ['VolumeForOnePod']],
    ['is not divided among workloads', { spec: { replicas: 1 }, related: [claim('data'), object('StatefulSet', 'cart', { spec: { template: { spec: mounting('data') } } }, 'apps/v1')] }, ['VolumeShared']],
  ])('%s', (_what, parts, answers) => {
    expect(ask(held, parts)).toEqual(answers);
  });
});

it.each<[string, Rule, string | undefined]>([['VolumeLost', claimLost, undefined], ['VolumeLost', claimLost, 'Misbound'], ['ResizeFailed', volumeResize, undefined], ['RestartNeeded', volumeResize, 'FileSystemResizePending']])('%s is for a person', (reason, rule, subCause) => {
  expect(ask(rule, { ...(subCause === undefined ? {} : { subCause }) })).toEqual([reason]);
});
