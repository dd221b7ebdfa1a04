import { describe, expect, it } from 'vitest';
import { readDocuments } from './documents.ts';
import { valueAt } from './field.ts';

describe('readDocuments', () => {
  it('answers each object with its document, empty ones counted', () => {
    const objects = readDocuments('---\n# nothing\n---\napiVersion: v1\nkind: A\nmetadata: {name: a}\n---\nx: 1\n---\napiVersion: v1\nkind: B\nmetadata: {name: b}\n');
    expect(objects.map(({ document, object }) => [document, object.kind])).toEqual([[1, 'A'], [3, 'B']]);
  });

  it('opens Lists', () => {
    const [only] = readDocuments('apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: A\n  metadata: {name: a}\n');
    expect(only).toMatchObject({ document: 0, within: ['items', '0'], object: { kind: 'A' } });
  });

  it('reads scalars as Kubernetes tools do: octals and booleans of YAML 1.1, but no dates and no base 60', () => {
    const [only] = readDocuments('apiVersion: v1\nkind: A\nmetadata: {name: a}\nmode: 0644\nenabled: yes\nday: 2026-01-01\ntime: 12:30:45\n');
    expect(only?.object).toMatchObject({ mode: 420, enabled: true, day: '2026-01-01', time: '12:30:45' });
  });

  it.each([
    ['broken YAML', 'a: [1\n', /web\.yaml is not YAML .*document 0/],
    ['a template', 'a:\n{{ if x }}\n  b: 1\n', /looks like a template/],
    ['a directive for another YAML, which go-yaml refuses', '%YAML 1.2\n---\nspec: {privileged: yes}\n', /%YAML 1\.2; take the directive out/],
    ['an alias bomb', `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'.split('').map((key, at) => `${key}: &${key} [${Array(9).fill(`*${'abcdefg'[at]}`).join(',')}]`).join('\n')}\n`, /alias/i],
  ])('refuses %s, naming the file', (_, text, message) => {
    expect(() => readDocuments(text, 'web.yaml')).toThrow(message);
  });
});

describe('valueAt', () => {
  it('follows names, numbers and selectors, and knows nothing of inherited properties', () => {
    const value = { a: [{ name: 'x', v: 1 }, { name: 'y', v: 2 }] };
    expect(valueAt(value, ['a', '[name=y]', 'v'])).toBe(2);
    expect(valueAt(value, ['a', '0', 'v'])).toBe(1);
    expect(valueAt(value, ['a', '[name=z]', 'v'])).toBeUndefined();
    expect(valueAt(value, ['constructor'])).toBeUndefined();
  });
});
