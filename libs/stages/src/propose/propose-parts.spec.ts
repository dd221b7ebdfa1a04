import { describe, expect, it } from 'vitest';
import type { Action, FileEdit, KubeObject, RepoBindingSpec } from '@fleetmend/model';
import { countLines, editDigest, planDigest } from './edit-digest.ts';
import { pointerOf, readPointer, segmentsOf } from './field.ts';
import { containerPath, intendedChange, podSpecPath, type InGit } from './intended-change.ts';
import { findDrift } from './prove.ts';
import { chooseBinding, type Binding } from './source.ts';

const target: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'checkout', namespace: 'shop' },
  spec: { replicas: 2, template: { spec: { initContainers: [{ name: 'migrate', image: 'm:1' }], containers: [{ name: 'side' }, { name: 'app', image: 'a:2', resources: { limits: { memory: '64Mi' } } }] } } },
};
const inGit = (earlier: unknown, rendered: KubeObject = target): InGit => ({ earlier: async () => earlier, rendered: async () => rendered });
const noHistory = inGit(undefined);

describe('an action as fields of its target', () => {
  it('sets each amount of the named container, wherever it stands', async () => {
    const change = await intendedChange({ action: 'setResources', container: 'app', limits: { memory: '128Mi' }, requests: { memory: '64Mi' } }, target, noHistory);
    const base = ['spec', 'template', 'spec', 'containers', '[name=app]', 'resources'];
    expect(change.fields).toEqual([
      { path: [...base, 'requests', 'memory'], value: '64Mi' },
      { path: [...base, 'limits', 'memory'], value: '128Mi' },
    ]);
    expect(containerPath(target, 'migrate')).toEqual(['spec', 'template', 'spec', 'initContainers', '[name=migrate]']);
    expect(podSpecPath('CronJob')).toEqual(['spec', 'jobTemplate', 'spec', 'template', 'spec']);
  });

  it('restores what a commit had, also that it had nothing', async () => {
    const restore: Action = { action: 'restoreField', path: ['spec', 'replicas'], commit: 'a'.repeat(40) };
    expect((await intendedChange(restore, target, inGit(3))).fields).toEqual([{ path: ['spec', 'replicas'], value: 3 }]);
    expect((await intendedChange(restore, target, noHistory)).fields).toEqual([{ path: ['spec', 'replicas'], value: undefined }]);
    expect((await intendedChange(restore, target, inGit([{ key: 'dedicated' }]))).fields).toEqual([{ path: ['spec', 'replicas'], value: [{ key: 'dedicated' }] }]);
  });

  it('takes no guard out, although it was not there before', async () => {
    const restore: Action = { action: 'restoreField', path: ['spec', 'template', 'spec', 'containers', '[name=app]', 'livenessProbe'], commit: 'a'.repeat(40) };
    await expect(intendedChange(restore, target, noHistory)).rejects.toMatchObject({ reason: 'GuardWouldGo' });
  });

  it('sets the fields that an action names, and takes out what is null', async () => {
    const path = ['spec', 'template', 'spec', 'nodeSelector', 'disk'];
    expect((await intendedChange({ action: 'setScheduling', fields: [{ path, value: null }, { path: ['spec', 'x'], value: 'ssd' }] }, target, noHistory)).fields).toEqual([{ path, value: undefined }, { path: ['spec', 'x'], value: 'ssd' }]);
  });

  describe('of a host', () => {
    const path = ['data', 'url'];
    const config = (url: string): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { url } });
    const replace = async (url: string, from: string, to: string) => (await intendedChange({ action: 'setHost', path, from, to }, config('hidden'), inGit(undefined, config(url)))).fields[0]?.value;

    it.each([
      ['postgres://db.shop:5432/app', 'db.shop', 'postgres.shop', 'postgres://postgres.shop:5432/app'],
      ['http://cart:8080/health', '8080', '80', 'http://cart:80/health'],
      ['redis', 'redis', 'cache', 'cache'],
    ])('replaces the part of %s in Git and leaves the rest', async (url, from, to, wanted) => {
      expect(await replace(url, from, to)).toBe(wanted);
    });

    it.each([
      ['http://mydb/', 'db'],
      ['http://db-2/', 'db'],
      ['http://db.shop.svc/', 'db.shop'],
      ['http://db/?fallback=db', 'db'],
    ])('touches no longer name and no second place: %s', async (url, from) => {
      await expect(replace(url, from, 'x')).rejects.toMatchObject({ reason: 'NotEditable' });
    });
  });

  it('names what it does not know', async () => {
    await expect(intendedChange({ action: 'setImage', container: 'gone', image: 'a:1', provenance: 'GitHistory' }, target, noHistory)).rejects.toThrow('Deployment/shop/checkout has no container gone');
    expect(() => podSpecPath('Rollout')).toThrow(/where Rollout keeps its pod template/);
  });
});

describe('paths', () => {
  it('become JSON Pointers with list items by index, and back', () => {
    const pointer = pointerOf(target, ['spec', 'template', 'spec', 'containers', '[name=app]', 'resources', 'limits', 'memory']);
    expect(pointer).toBe('/spec/template/spec/containers/1/resources/limits/memory');
    expect(readPointer(target, pointer ?? '')).toBe('64Mi');
    expect(pointerOf(target, ['spec', 'template', 'spec', 'containers', '[name=none]'])).toBeUndefined();
    expect(segmentsOf('/a~1b/c~0d')).toEqual(['a/b', 'c~d']);
  });
});

describe('lines of an edit', () => {
  const edit = (before: string | undefined, after: string): FileEdit => ({ path: 'f', before, after });
  it.each([
    ['one changed line', 'a\nb\nc', 'a\nB\nc', { added: 1, removed: 1 }],
    ['an added line', 'a\nc', 'a\nb\nc', { added: 1, removed: 0 }],
    ['two changes apart', 'a\nb\nc\nd\ne', 'a\nB\nc\nD\ne', { added: 2, removed: 2 }],
    ['a moved line', 'a\nb\nc', 'b\nc\na', { added: 1, removed: 1 }],
    ['a new file', undefined, 'a\nb', { added: 2, removed: 0 }],
    ['nothing', 'a', 'a', { added: 0, removed: 0 }],
  ])('%s', (_, before, after, counts) => {
    expect(countLines(edit(before, after))).toEqual(counts);
  });

  it('the digest of an edit ignores the base, the digest of a plan does not', () => {
    const action: Action = { action: 'setReplicas', replicas: 2 };
    const edits = [edit('a', 'b')];
    expect(editDigest(edits, action)).toBe(editDigest([edit('other', 'b')], action));
    expect(planDigest('1', edits, action)).not.toBe(planDigest('2', edits, action));
    expect(planDigest('1', edits, action)).not.toBe(planDigest('1', [edit('a', 'c')], action));
  });
});

describe('drift', () => {
  const change = { object: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout' }, fields: [{ path: ['spec', 'replicas'], value: 3 }] };
  it('is a live value other than what Git says', () => {
    expect(findDrift(change, target, { ...target, spec: { replicas: 5 } })).toEqual({ path: 'spec/replicas', live: 2, git: 5 });
  });
  it('is not what Git leaves to defaults, nor what is equal', () => {
    expect(findDrift(change, target, { ...target, spec: {} })).toBeUndefined();
    expect(findDrift(change, target, target)).toBeUndefined();
    expect(findDrift({ ...change, fields: [{ path: ['spec', 'env'], value: ['a'] }] }, { ...target, spec: {} }, { ...target, spec: { env: [] } })).toBeUndefined();
  });
  it('is not an amount that the API server writes in another form', () => {
    const limits = { object: change.object, fields: [{ path: ['spec', 'limits'], value: {} }] };
    const of = (cpu: unknown, memory: string) => ({ ...target, spec: { limits: { cpu, memory } } });
    expect(findDrift(limits, of('2', '1Gi'), of(2, '1024Mi'))).toBeUndefined();
    expect(findDrift(limits, of('2', '1Gi'), of('500m', '1Gi'))).toBeDefined();
  });

  it('is none in an item whose name another one has in Git, where the cluster kept the last, nor in a field that Git sets to nothing', () => {
    const of = (...env: readonly unknown[]) => ({ ...target, spec: { env } });
    const [first, last] = [{ name: 'HOST', value: 'a' }, { name: 'HOST', value: 'b' }];
    const removal = { ...change, fields: [{ path: ['spec', 'env', '1'], value: undefined }] };
    expect(findDrift(removal, of(last), of(first, last))).toBeUndefined();
    expect(findDrift(removal, of(first), of(first, last))).toMatchObject({ path: 'spec/env/1' });
    expect(findDrift({ ...change, fields: [{ path: ['spec', 'env'], value: [first] }] }, { ...target, spec: {} }, { ...target, spec: { env: null } })).toBeUndefined();
  });
});

describe('the binding of a target', () => {
  const binding = (name: string, selects: RepoBindingSpec['selects']): Binding => ({ name, namespace: 'team', uid: name, labels: {}, createdAt: '', spec: { selects, forgeRef: 'f', repository: 'r', branch: 'main', editablePaths: ['**'] } });
  const shop = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' };
  const prod = { labels: { env: 'prod' } };

  it('is the most specific one that matches', () => {
    const all = [binding('any', {}), binding('cluster', { clusters: { matchLabels: { env: 'prod' } } }), binding('namespace', { namespaces: ['shop'] }), binding('kind', { kinds: ['Deployment'] }), binding('other', { namespaces: ['payments'] })];
    expect(chooseBinding(all, prod, shop).name).toBe('namespace');
    expect(chooseBinding(all.slice(0, 2), prod, shop).name).toBe('cluster');
    expect(chooseBinding([binding('any', {}), binding('star', { namespaces: ['*'], clusters: { matchLabels: { env: 'prod' } } })], prod, shop).name).toBe('star');
  });

  it('is missing or ambiguous by name', () => {
    expect(() => chooseBinding([binding('other', { namespaces: ['payments'] })], prod, shop)).toThrow(/no RepoBinding selects Deployment\/shop\/checkout/);
    expect(() => chooseBinding([binding('a', { namespaces: ['shop'] }), binding('b', { namespaces: ['shop'] })], prod, shop)).toThrow(/team\/a, team\/b select Deployment\/shop\/checkout equally/);
  });
});
