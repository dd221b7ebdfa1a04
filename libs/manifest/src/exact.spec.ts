import type { FieldChange, KubeObject } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { structuralDiff } from './diff.ts';
import { isExactly } from './exact.ts';

const object = (rest: object): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' }, ...rest });
const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'a' };

describe('isExactly', () => {
  it.each<readonly [what: string, before: object, after: object, fields: readonly FieldChange[], exact: boolean]>([
    ['the one value', { spec: { a: 1, b: 2 } }, { spec: { a: 3, b: 2 } }, [{ path: ['spec', 'a'], value: 3 }], true],
    ['another value', { spec: { a: 1 } }, { spec: { a: 4 } }, [{ path: ['spec', 'a'], value: 3 }], false],
    ['one value more', { spec: { a: 1, b: 2 } }, { spec: { a: 3, b: 3 } }, [{ path: ['spec', 'a'], value: 3 }], false],
    ['one value of two', { spec: { a: 1, b: 1 } }, { spec: { a: 3, b: 1 } }, [{ path: ['spec', 'a'], value: 3 }, { path: ['spec', 'b'], value: 3 }], false],
    ['a map, whatever the order of its keys', { spec: {} }, { spec: { m: { y: [1], x: 1 } } }, [{ path: ['spec', 'm'], value: { x: 1, y: [1] } }], true],
    ['a list item that went', { spec: { l: [1, 2, 3] } }, { spec: { l: [1, 3] } }, [{ path: ['spec', 'l', '1'], value: undefined }], true],
    ['a list item that came', { spec: { l: [1] } }, { spec: { l: [1, { a: 1 }] } }, [{ path: ['spec', 'l', '-'], value: { a: 1 } }], true],
    ['resources that are left empty, or go', { spec: { resources: { limits: { cpu: 1 } } } }, { spec: {} }, [{ path: ['spec', 'resources', 'limits', 'cpu'], value: undefined }], true],
    ['a volume that loses its kind', { spec: { emptyDir: { medium: 'Memory' } } }, { spec: {} }, [{ path: ['spec', 'emptyDir', 'medium'], value: undefined }], false],
    ['a value inside a text', { data: { f: 'a: 1 # x\nb: 2\n' } }, { data: { f: 'a: 5 # x\nb: 2\n' } }, [{ path: ['data', 'f', '!yaml', 'a'], value: 5 }], true],
    ['two values inside a text', { data: { f: 'a: 1\nb: 2\n' } }, { data: { f: 'a: 5\nb: 5\n' } }, [{ path: ['data', 'f', '!yaml', 'a'], value: 5 }], false],
    ['a field that cannot be there', { spec: 1 }, { spec: 2 }, [{ path: ['spec', 'a', 'b'], value: 1 }], false],
  ])('%s', (_, before, after, fields, exact) => {
    expect(isExactly(structuralDiff([object(before)], [object(after)]), { object: ref, fields })).toBe(exact);
  });

  it('lets others of the namespace lose the same value for the same one, where it is wrong everywhere', () => {
    const workload = (name: string, spec: object, namespace = 'shop') => object({ metadata: { name, namespace }, spec });
    const judge = (others: readonly (readonly [KubeObject, KubeObject])[], everywhere: boolean) => {
      const pairs = [[workload('a', { image: 'x:404' }), workload('a', { image: 'x:1' })] as const, ...others];
      return isExactly(structuralDiff(pairs.map(([before]) => before), pairs.map(([, after]) => after)), { object: ref, fields: [{ path: ['spec', 'image'], value: 'x:1' }], everywhere });
    };
    const same = [workload('b', { list: [{ image: 'x:404' }] }), workload('b', { list: [{ image: 'x:1' }] })] as const;
    expect(judge([same], true)).toBe(true);
    expect(judge([same], false)).toBe(false);
    expect(judge([[workload('b', { image: 'x:2' }), workload('b', { image: 'x:1' })]], true)).toBe(false);
    expect(judge([[workload('b', { image: 'x:404', n: 1 }), workload('b', { image: 'x:1', n: 2 })]], true)).toBe(false);
    expect(judge([[workload('b', { image: 'x:404' }, 'other'), workload('b', { image: 'x:1' }, 'other')]], true)).toBe(false);
  });

  it('is about the one object that was to change', () => {
    const change = { object: ref, fields: [{ path: ['spec'], value: 2 }] };
    const other = { ...object({ spec: 1 }), metadata: { name: 'b' } };
    expect(isExactly(structuralDiff([object({ spec: 1 }), other], [object({ spec: 2 }), { ...other, spec: 2 }]), change)).toBe(false);
    expect(isExactly(structuralDiff([other], [{ ...other, spec: 2 }]), change)).toBe(false);
    expect(isExactly(structuralDiff([object({ spec: 1 })], []), change)).toBe(false);
    expect(isExactly(structuralDiff([{ ...object({ spec: 1 }), metadata: { name: 'a', namespace: 'other' } }], [{ ...object({ spec: 2 }), metadata: { name: 'a', namespace: 'other' } }]), change)).toBe(false);
    expect(isExactly(structuralDiff([{ ...object({ spec: 1 }), metadata: { name: 'a' } }], [{ ...object({ spec: 2 }), metadata: { name: 'a' } }]), change)).toBe(true);
  });
});
