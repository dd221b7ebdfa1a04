import type { JsonValue } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { editField } from './edit.ts';

function edit(text: string, path: readonly string[], value: JsonValue | undefined, file = 'apps/web.yaml'): string {
  return editField({ file, text, document: 0, path, value });
}

const toleration = { key: 'gpu', operator: 'Exists' };

describe('items of a list', () => {
  it.each<readonly [what: string, before: string, path: readonly string[], value: JsonValue | undefined, after: string]>([
    ['a change in block style', 'args:\n  - --a=1 # one\n  - "--b=2"\n', ['args', '1'], '--b=3', 'args:\n  - --a=1 # one\n  - "--b=3"\n'],
    ['a change in flow style', 'args: [--a=1, "--b=2"] # why\n', ['args', '0'], '--a=9', 'args: [--a=9, "--b=2"] # why\n'],
    ['one more in block style', 'args:\n- a # one\n# about nothing\nz: 1\n', ['args', '-'], 'b', 'args:\n- a # one\n- b\n# about nothing\nz: 1\n'],
    ['one more by the index after the last', 'args:\n- a\n', ['args', '1'], 'b', 'args:\n- a\n- b\n'],
    ['one more in flow style', 'args: [a]\n', ['args', '-'], 'b, c', 'args: [a, "b, c"]\n'],
    ['one more in flow style over lines', 'args: [\n  a,\n  b,\n]\n', ['args', '-'], 'c', 'args: [\n  a,\n  b, c,\n]\n'],
    ['one more map, with the dash as wide as the others', 'l:\n  -   name: a\n      v: 1\n', ['l', '-'], { name: 'b', v: 2 }, 'l:\n  -   name: a\n      v: 1\n  -   name: b\n      v: 2\n'],
    ['one more map by its name', 'env:\n- name: A\n  value: x\n', ['env', '[name=B]'], { name: 'B', value: 'yes' }, 'env:\n- name: A\n  value: x\n- name: B\n  value: "yes"\n'],
    ['the first of an empty list', 'env: []\n', ['env', '-'], { name: 'B', value: '1' }, 'env:\n- name: B\n  value: "1"\n'],
    ['the first text of an empty list', 'args: []\n', ['args', '-'], 'a', 'args: [a]\n'],
    ['the first of a list that is not there', 'spec:\n  a: 1\n', ['spec', 'tolerations', '-'], toleration, 'spec:\n  a: 1\n  tolerations:\n  - key: gpu\n    operator: Exists\n'],
    ['the first of a list that is null', 'spec:\n  tolerations: # none\n', ['spec', 'tolerations', '-'], toleration, 'spec:\n  tolerations: # none\n  - key: gpu\n    operator: Exists\n'],
    ['out of the middle', 'l:\n- a\n# about b\n- b # b\n- c\n', ['l', '1'], undefined, 'l:\n- a\n# about b\n- c\n'],
    ['out by its name, all its lines', 'l:\n- name: a\n  x:\n    y: 1\n- name: b\n', ['l', '[name=a]'], undefined, 'l:\n- name: b\n'],
    ['out of flow style', 'l: [a, b, c]\n', ['l', '0'], undefined, 'l: [b, c]\n'],
    ['the last out of flow style', 'l: [a, b]\n', ['l', '1'], undefined, 'l: [a]\n'],
    ['the only one out', 'm:\n  l:\n  - a\nz: 1\n', ['m', 'l', '0'], undefined, 'm:\n  l: []\nz: 1\n'],
    ['a block scalar out', 'l:\n- |\n  x\n- b\n', ['l', '0'], undefined, 'l:\n- b\n'],
    ['out of a list in a list', '- - a\n  - b\n', ['0', '0'], undefined, '- - b\n'],
    ['with Windows line ends', 'l:\r\n- a\r\n- b\r\n', ['l', '-'], 'c', 'l:\r\n- a\r\n- b\r\n- c\r\n'],
  ])('%s', (_, before, path, value, after) => {
    expect(edit(before, path, value)).toBe(after);
  });

  it('are not made up: a selector needs the whole item', () => {
    expect(() => edit('l:\n- name: a\n', ['l', '[name=b]', 'v'], 1)).toThrow('the list item [name=b] does not exist');
    expect(() => edit('l:\n- name: a\n', ['l', '[name=b]'], { name: 'c' })).toThrow('the list item [name=b] does not exist');
    expect(() => edit('l:\n- name: a\n', ['l', '7'], 'x')).toThrow('the list item 7 does not exist');
  });
});

describe('maps and lists as values', () => {
  it.each<readonly [what: string, before: string, path: readonly string[], value: JsonValue | undefined, after: string]>([
    ['a new map in the indentation of the file', 'a:\n    b:\n        c: 1\n', ['a', 'd'], { e: { f: 1 }, g: {} }, 'a:\n    b:\n        c: 1\n    d:\n        e:\n            f: 1\n        g: {}\n'],
    ['a new list, indented as the lists of the file are', 'a:\n  l:\n    - x\n', ['a', 'm'], [{ k: [1, 2] }, []], 'a:\n  l:\n    - x\n  m:\n    - k:\n        - 1\n        - 2\n    - []\n'],
    ['a new map inside flow style', 'a: {b: 1}\n', ['a', 'c'], { d: ['x y', 'on'] }, 'a: {b: 1, c: {d: [x y, "on"]}}\n'],
    ['a text of several lines in a new map', 'a: 1\n', ['b'], { c: 'x\ny\n', d: 'x\ny\n\n' }, 'a: 1\nb:\n  c: |\n    x\n    y\n  d: "x\\ny\\n\\n"\n'],
    ['only the key that differs', 'm:\n  a: 1 # one\n  # about b\n  b: "2"\n', ['m'], { a: 1, b: '3' }, 'm:\n  a: 1 # one\n  # about b\n  b: "3"\n'],
    ['keys that come and go', 'm:\n  a: 1 # one\n  b: 2\n', ['m'], { a: 1, c: 3 }, 'm:\n  a: 1 # one\n  c: 3\n'],
    ['only the item that differs, by name', 'l:\n- name: a # a\n  v: 1\n- name: b\n  v: 1\n', ['l'], [{ name: 'a', v: 1 }, { name: 'b', v: 2 }], 'l:\n- name: a # a\n  v: 1\n- name: b\n  v: 2\n'],
    ['items that come and go', 'l:\n- name: a # a\n- name: b\n- name: c # c\n', ['l'], [{ name: 'x' }, { name: 'a' }, { name: 'c' }, { name: 'd' }], 'l:\n- name: x\n- name: a # a\n- name: c # c\n- name: d\n'],
    ['one argument of many', 'l: [--a=1, --b=2, --c=3]\n', ['l'], ['--a=1', '--b=4', '--c=3'], 'l: [--a=1, --b=4, --c=3]\n'],
    ['all items gone', 'l:\n  - a\n  - b\n', ['l'], [], 'l: []\n'],
    ['the same again', 'm: {a: [1, {b: x}]}\n', ['m'], { a: [1, { b: 'x' }] }, 'm: {a: [1, {b: x}]}\n'],
    ['null in place of a map', 'm: # why\n  a: 1\nz: 1\n', ['m'], null, 'm: null # why\nz: 1\n'],
    ['a map in place of null', 'm: null # why\nz: 1\n', ['m'], { a: [] }, 'm: # why\n  a: []\nz: 1\n'],
  ])('%s', (_, before, path, value, after) => {
    expect(edit(before, path, value)).toBe(after);
  });

  it('keep JSON a JSON file', () => {
    const json = '{\n  "spec": {"replicas": 1, "l": []}\n}\n';
    expect(edit(json, ['spec', 'image'], 'a:1', 'patch.json')).toBe('{\n  "spec": {"replicas": 1, "l": [], "image": "a:1"}\n}\n');
    expect(edit(json, ['spec', 'l', '-'], { a: 'b' }, 'patch.json')).toBe('{\n  "spec": {"replicas": 1, "l": [{"a": "b"}]}\n}\n');
  });
});

describe('maps that are left empty', () => {
  const remove = (text: string, path: readonly string[]) => editField({ file: 'f', text, document: 0, path, value: undefined, emptyParents: 'Remove' });
  it('go too where that is asked for, but never a list item or the document', () => {
    expect(remove('a: 1\nr:\n  limits:\n    memory: 1 # m\nz: 1\n', ['r', 'limits', 'memory'])).toBe('a: 1\nz: 1\n');
    expect(remove('r:\n  limits:\n    memory: 1\n    cpu: 1\n', ['r', 'limits', 'memory'])).toBe('r:\n  limits:\n    cpu: 1\n');
    expect(remove('l:\n- r: {memory: 1}\n', ['l', '0', 'r', 'memory'])).toBe('l:\n- {}\n');
    expect(remove('r: {memory: 1}\n', ['r', 'memory'])).toBe('{}\n');
  });
});
