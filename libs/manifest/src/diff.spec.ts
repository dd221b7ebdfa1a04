import type { KubeObject } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { differingLeaves, structuralDiff } from './diff.ts';

const object = (kind: string, name: string, rest: object = {}): KubeObject => ({ apiVersion: 'apps/v1', kind, metadata: { name, namespace: 'shop' }, ...rest });

describe('structuralDiff', () => {
  it('names the leaves that differ and nothing else', () => {
    const [diff, ...others] = structuralDiff(
      [object('Deployment', 'a', { spec: { limits: { cpu: 1 }, 'x/y~z': 1 } }), object('Deployment', 'b')],
      [object('Deployment', 'b'), object('Deployment', 'a', { spec: { limits: { cpu: 1, memory: '1Gi' }, 'x/y~z': 2 } })],
    );
    expect(others).toEqual([]);
    expect(diff).toMatchObject({ op: 'Update', ref: { kind: 'Deployment', namespace: 'shop', name: 'a' }, paths: ['/spec/limits/memory', '/spec/x~1y~0z'] });
  });

  it('tells created and deleted objects', () => {
    const diffs = structuralDiff([object('Service', 'old')], [object('Service', 'new')]);
    expect(diffs.map(({ op, ref }) => `${op} ${ref.name}`)).toEqual(['Create new', 'Delete old']);
  });

  it('sees a new version of the same group as a change of one object', () => {
    expect(structuralDiff([object('X', 'a')], [{ ...object('X', 'a'), apiVersion: 'apps/v2' }])).toMatchObject([{ op: 'Update', paths: ['/apiVersion'] }]);
  });

  it('does not lose an object that stands twice', () => {
    expect(structuralDiff([object('X', 'a'), object('X', 'a')], [object('X', 'a'), object('X', 'a', { spec: 1 })])).toMatchObject([{ op: 'Update', paths: ['/spec'] }]);
  });
});

describe('differingLeaves', () => {
  it.each([
    ['equal values', { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
    ['a new map below nothing', { a: null }, { a: { b: { c: 1 } } }, ['/a/b/c']],
    ['a new map below an empty one', { a: {} }, { a: { b: 1 } }, ['/a/b']],
    ['a list that grew', { a: [1] }, { a: [1, 2] }, ['/a/1']],
    ['a map that became a list', { a: { b: 1 } }, { a: [1] }, ['/a']],
    ['a text that became a number', { a: '1' }, { a: 1 }, ['/a']],
    ['an empty map that went', { a: {} }, {}, ['/a']],
    ['null that went', { a: null }, {}, ['/a']],
  ])('%s', (_, before, after, paths) => {
    expect(differingLeaves(before, after)).toEqual(paths);
  });
});
