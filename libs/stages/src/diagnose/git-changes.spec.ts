import type { KubeObject } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { changesBetween, differences } from './git-changes.ts';

const object = (kind: string, name: string, rest: object): KubeObject => ({ apiVersion: 'v1', kind, metadata: { name, namespace: 'shop' }, ...rest });
const version = (commit: string, at: number, ...objects: readonly KubeObject[]) => ({ commit, at, message: `commit ${commit}`, objects });

describe('what commits changed', () => {
  it('is told newest first, with the commit that still had the value before', () => {
    const versions = [version('c', 3, object('ConfigMap', 'a', { data: { k: '3' } })), version('b', 2, object('ConfigMap', 'a', { data: { k: '2' } })), version('a', 1, object('ConfigMap', 'a', { data: { k: '1' } }))];
    expect(changesBetween(versions)).toMatchObject([
      { path: ['data', 'k'], before: '2', after: '3', beforeCommit: 'b', commit: 'c', at: 3, object: { kind: 'ConfigMap', name: 'a' } },
      { path: ['data', 'k'], before: '1', after: '2', beforeCommit: 'a', commit: 'b' },
    ]);
  });

  it('names an object that came or went as a whole', () => {
    const [came, went] = changesBetween([version('b', 2, object('Service', 'new', {})), version('a', 1, object('Service', 'old', {}))]);
    expect([came?.path, came?.before, went?.path, went?.after]).toEqual([[], undefined, [], undefined]);
    expect([came?.object.name, went?.object.name]).toEqual(['new', 'old']);
  });

  it('is nothing where there is one version only', () => {
    expect(changesBetween([version('a', 1)])).toEqual([]);
  });
});

describe('a difference', () => {
  it.each([
    ['a map that was taken out is one', { probe: { a: 1, b: 2 } }, {}, [['probe']]],
    ['items with names are told apart by them', { c: [{ name: 'x', v: 1 }, { name: 'y', v: 1 }] }, { c: [{ name: 'y', v: 2 }, { name: 'x', v: 1 }] }, [['c', '[name=y]', 'v']]],
    ['an item that was added is one', { c: [{ name: 'x' }] }, { c: [{ name: 'x' }, { name: 'y', v: 2 }] }, [['c', '[name=y]']]],
    ['an item that got another name in its place was renamed', { ports: [{ name: 'http', port: 80 }, { name: 'm', port: 9 }] }, { ports: [{ name: 'http1', port: 80 }, { name: 'm', port: 9 }] }, [['ports', '0', 'name']]],
    ['an item in the place of one that went further down is new', { c: [{ name: 'x' }, { name: 'y' }] }, { c: [{ name: 'z' }, { name: 'x' }, { name: 'y' }] }, [['c', '[name=z]']]],
    ['items that share a name go by their place', { env: [{ name: 'a' }, { name: 'x', value: '1' }] }, { env: [{ name: 'a' }, { name: 'x', value: '1' }, { name: 'b' }, { name: 'x', value: '2' }] }, [['env', '[name=b]'], ['env', '3']]],
    ['items without names go by their place', { args: ['a', 'b'] }, { args: ['a', 'c'] }, [['args', '1']]],
    ['a value of another type is one', { v: { a: 1 } }, { v: 'text' }, [['v']]],
    ['the order of keys is none', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
  ])('%s', (_, before, after, paths) => {
    expect(differences(before, after, []).map(({ path }) => path)).toEqual(paths);
  });
});
