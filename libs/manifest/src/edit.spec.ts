import { isPermanent } from '@fleetmend/kernel';
import type { JsonValue } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { editField } from './edit.ts';

const CONTAINER = ['spec', 'template', 'spec', 'containers', '[name=app]'];
const MEMORY = [...CONTAINER, 'resources', 'limits', 'memory'];

function edit(text: string, path: readonly string[], value: JsonValue | undefined, document = 0): string {
  return editField({ file: 'apps/web.yaml', text, document, path: [...path], value });
}

function refusal(text: string, path: readonly string[], value: JsonValue | undefined): string {
  try {
    edit(text, path, value);
  } catch (error) {
    if (isPermanent(error)) return `${error.reason}: ${error.message}`;
    throw error;
  }
  return 'was edited';
}

const deployment = (resources: string): string => `# web shop
apiVersion: apps/v1
kind: Deployment
metadata:
    name: web   # the shop
spec:
    template:
        spec:
            containers:
            - image: shop:1
              name: app
${resources}            # a comment at the end
            - name: sidecar
              resources: {limits: {memory: 64Mi}}
`;

describe('changing a value that is there', () => {
  it.each([
    ['plain', 'a: 64Mi # why\n', '128Mi', 'a: 128Mi # why\n'],
    ['single-quoted', "a: '64Mi'\n", '128Mi', "a: '128Mi'\n"],
    ['double-quoted', 'a: "64Mi"  # why\n', '128Mi', 'a: "128Mi"  # why\n'],
    ['inside a flow map', 'x: 1\na : 64Mi\n', '128Mi', 'x: 1\na : 128Mi\n'],
    ['with Windows line ends', 'x: 1\r\na: 64Mi\r\nb: 2\r\n', '128Mi', 'x: 1\r\na: 128Mi\r\nb: 2\r\n'],
    ['after a byte order mark', '\uFEFFa: 64Mi\n', '128Mi', '\uFEFFa: 128Mi\n'],
    ['without a final newline', 'a: 64Mi', '128Mi', 'a: 128Mi'],
    ['that is empty', 'a:\nb: 1\n', 'x', 'a: x\nb: 1\n'],
    ['that is empty before a comment', 'a:  # later\nb: 1\n', 'x', 'a: x  # later\nb: 1\n'],
    ['a number', 'a: 1\n', 3, 'a: 3\n'],
    ['a text that becomes a number', 'a: "1"\n', 3, 'a: 3\n'],
    ['a number that becomes a text', 'a: 1\n', '3', 'a: "3"\n'],
    ['to a boolean', 'a: "no"\n', true, 'a: true\n'],
    ['over several lines', 'a: one\n  two\nb: 1\n', 'three', 'a: three\nb: 1\n'],
    ['a literal block, line by line', 'a: | # why\n  one\n  two\n\nb: 1\n', 'one\n2\n', 'a: | # why\n  one\n  2\n\nb: 1\n'],
    ['a stripped literal block', 'a: |-\n    one\n    two\nb: 1\n', 'one', 'a: |-\n    one\nb: 1\n'],
    ['a folded block', 'a: >\n  one\n  two\nb: 1\n', 'x\ny\n', 'a: |\n  x\n  y\nb: 1\n'],
  ])('keeps everything else as it was: %s', (_, before, value, after) => {
    expect(edit(before, ['a'], value)).toBe(after);
  });

  it.each(['yes', 'on', 'n', 'Off', '0644', '1_000', '0o17', '1e3', '0x1f', '.5', '~', 'null', '2026-01-01', '12:30', '<<', '=', '', ' x', 'a: b', 'a #b', '- a', '{a}', '*x', '&x', '!x', '%x', '@x', '`x', "it's", '"', 'a\nb', 'tab\there', '#x', '?', '-', '.inf', 'NaN', '\u0007', '__proto__'])(
    'writes the text %j so that it reads as that text under YAML 1.1 and 1.2',
    (value) => {
      for (const before of ['a: x\n', "a: 'x'\n", 'a: "x"\n', '{a: x, b: [c]}\n', 'a: |\n  x\n']) {
        const after = edit(before, ['a'], value);
        expect(edit(after, ['a'], value), 'a second edit finds nothing to do').toBe(after);
      }
    },
  );

  it('answers the same text when the value is there already', () => {
    const text = 'a: "128Mi" # why\n';
    expect(edit(text, ['a'], '128Mi')).toBe(text);
  });

  it('finds list items by name and by number', () => {
    const text = 'c:\n- name: a\n  image: a:1\n- {name: b, image: b:1}\n';
    expect(edit(text, ['c', '[name=b]', 'image'], 'b:2')).toBe(text.replace('b:1', 'b:2'));
    expect(edit(text, ['c', '0', 'image'], 'a:2')).toBe(text.replace('a:1', 'a:2'));
  });

  it('changes the asked document of several and keeps their markers', () => {
    const text = '%YAML 1.2\n---\na: 1\n...\n---\n# two\na: 1\n---\na: 1';
    expect(edit(text, ['a'], 5, 1)).toBe('%YAML 1.2\n---\na: 1\n...\n---\n# two\na: 5\n---\na: 1');
  });

  it('reaches into the items of a List', () => {
    const text = 'apiVersion: v1\nkind: List\nitems:\n- kind: A\n  spec: {replicas: 1}\n- kind: B\n  spec: {replicas: 1}\n';
    expect(edit(text, ['items', '1', 'spec', 'replicas'], 2)).toBe(text.replace(/1\}\n$/, '2}\n'));
  });

  it('leaves values alone that YAML 1.1 and 1.2 read differently elsewhere', () => {
    expect(edit('mode: 0644\non: yes\na: 1\n', ['a'], 2)).toBe('mode: 0644\non: yes\na: 2\n');
  });
});

describe('adding a value that is not there', () => {
  it.each([
    ['no resources at all', '', '              resources:\n                  limits:\n                      memory: 128Mi\n'],
    ['empty resources', '              resources: {}\n', '              resources: {limits: {memory: 128Mi}}\n'],
    ['resources of null', '              resources: ~\n', '              resources: {limits: {memory: 128Mi}}\n'],
    ['resources of nothing', '              resources: # none\n', '              resources: # none\n                  limits:\n                      memory: 128Mi\n'],
    ['requests only', '              resources:\n                requests:\n                  memory: 32Mi\n', '              resources:\n                requests:\n                  memory: 32Mi\n                limits:\n                    memory: 128Mi\n'],
    ['a cpu limit', '              resources:\n                limits:\n                  cpu: 1 # core\n', '              resources:\n                limits:\n                  cpu: 1 # core\n                  memory: 128Mi\n'],
    ['a flow limit', '              resources:\n                limits: { cpu: 1 }\n', '              resources:\n                limits: { cpu: 1, memory: 128Mi }\n'],
    ['a flow limit with a comma', '              resources: {limits: {cpu: 1,}}\n', '              resources: {limits: {cpu: 1, memory: 128Mi,}}\n'],
    ['a flow map over several lines', '              resources: {\n                limits: {\n                  cpu: 1\n                }\n              }\n', '              resources: {\n                limits: {\n                  cpu: 1, memory: 128Mi\n                }\n              }\n'],
  ])('adds only the missing keys: %s', (_, resources, expected) => {
    expect(edit(deployment(resources), MEMORY, '128Mi')).toBe(deployment(expected));
  });

  it('adds after a block scalar and before the end of a file without a final newline', () => {
    expect(edit('m:\n  t: |\n    x\n', ['m', 'k'], 'v')).toBe('m:\n  t: |\n    x\n  k: v\n');
    expect(edit('m:\n  t: |\n    x\nz: 1\n', ['m', 'k'], 'v')).toBe('m:\n  t: |\n    x\n  k: v\nz: 1\n');
    expect(edit('m:\n  t: 1', ['m', 'k'], 'v')).toBe('m:\n  t: 1\n  k: v');
    expect(edit('m:\r\n  t: 1\r\n', ['m', 'k', 'l'], true)).toBe('m:\r\n  t: 1\r\n  k:\r\n    l: true\r\n');
  });

  it('quotes keys where it must', () => {
    expect(edit('m:\n  t: 1\n', ['m', 'on'], 'v')).toBe('m:\n  t: 1\n  "on": v\n');
    expect(edit('m:\n  t: 1\n', ['m', 'example.org/x'], 'v')).toBe('m:\n  t: 1\n  example.org/x: v\n');
  });
});

describe('taking a value out', () => {
  it.each([
    ['between others', 'a: 1\nk: 2 # why\nb: 3\n', 'a: 1\nb: 3\n'],
    ['the last', 'a: 1\n# about k\nk:\n  - 1\n# end\n', 'a: 1\n# about k\n# end\n'],
    ['the first', 'k: 1\nb: 3\n', 'b: 3\n'],
    ['in a flow map', '{a: 1, k: 2}\n', '{a: 1}\n'],
    ['first in a flow map', '{k: 2, a: 1}\n', '{a: 1}\n'],
    ['alone in a flow map', '{k: 2}\n', '{}\n'],
    ['alone in the document', 'k: 2\n', '{}\n'],
  ])('removes the key and its value only: %s', (_, before, after) => {
    expect(edit(before, ['k'], undefined)).toBe(after);
  });

  it('leaves an empty map behind, not nothing', () => {
    expect(edit('m:\n  limits:\n    memory: 1\n  x: 1\n', ['m', 'limits', 'memory'], undefined)).toBe('m:\n  limits: {}\n  x: 1\n');
    expect(edit('l:\n- k: 1\n- k: 1\n', ['l', '1', 'k'], undefined)).toBe('l:\n- k: 1\n- {}\n');
    expect(edit('l:\n- k: 1\n  a: 2\n', ['l', '0', 'k'], undefined)).toBe('l:\n- a: 2\n');
  });

  it('does nothing when the key is not there', () => {
    expect(edit('a: 1\n', ['m', 'k'], undefined)).toBe('a: 1\n');
  });
});

describe('refusing what cannot be edited safely', () => {
  it.each([
    ['a template', 'a: "{{ .Values.a }}"\n', 'template'],
    ['a template that is not YAML', 'a:\n{{- if .x }}\n  b: 1\n{{- end }}\n', 'template'],
    ['a variable', 'a: ${MEMORY}\n', 'variable'],
    ['a variable inside a text', 'a: "x${MEMORY:=1}"\n', 'variable'],
    ['SOPS', 'a: ENC[x]\nsops:\n  mac: x\n', 'sops'],
    ['an alias', 'b: &x 1\na: *x\n', 'alias'],
    ['an anchor', 'a: &x 1\nb: *x\n', 'anchor &x'],
    ['a merge key', 'b: &x {c: 1}\nm:\n  <<: *x\n', 'merge key', ['m', 'c']],
    ['an anchor that nothing repeats yet', 'a: &x 1\n', 'anchor &x'],
    ['an anchored map around it that is used elsewhere', 'a: &x {b: 1}\nc: *x\n', 'anchor &x', ['a', 'b']],
    ['an anchored map that is used elsewhere', 'm: &x\n  n:\n    a: 1\nb: *x\n', 'no way to write it', ['m', 'n', 'a']],
    ['a generated file', '# Code generated by kubegen. DO NOT EDIT.\n---\na: 1\n', 'generates'],
    ['a file that is generated from another', '# This file was generated from web.cue\na: 1\n', 'generates'],
    ['a file that no person edits', '# autogenerated\na: 1\n', 'generates'],
    ['an encrypted value beside nothing that guards it', 'a: ENC[AES256_GCM,data:eA==,iv:eA==,tag:eA==,type:str]\n', 'encrypted'],
    ['a generated document', 'b: 1\n---\na: 1\n', 'no document', ['a'], 4],
    ['a tag', 'a: !!str 1\n', 'tag'],
    ['a value that is meant, as the comment beside it says', 'a: 0   # off until the import is fixed\n', 'says that it is meant ("# off until the import is fixed")'],
    ['a map in place of a value', 'a: {b: 1}\n', 'a map stands there, not a plain value'],
    ['a value in place of a map', 'a: 1\n', 'plain value', ['a', 'b']],
    ['a list item that is not there', 'a:\n- name: x\n', 'does not exist', ['a', '[name=y]', 'k']],
    ['two list items of one name', 'a:\n- name: x\n- name: x\n', '2 list items', ['a', '[name=x]', 'k']],
    ['a key given twice', 'a: 1\na: 2\n', 'valid YAML'],
    ['a key that YAML 1.1 reads as something else', 'on: 1\n', 'no way to write', ['on']],
  ])('refuses %s, naming file and cause', (_, text, cause, path: readonly string[] = ['a'], document = 0) => {
    const said = (() => {
      try {
        return edit(text, path, '128Mi', document);
      } catch (error) {
        return isPermanent(error) ? `${error.reason}: ${error.message}` : error;
      }
    })();
    expect(said).toMatch(/^NotEditable: apps\/web\.yaml cannot be edited safely at /);
    expect(said).toContain(cause);
  });

  it('edits beside an unused anchor, a template elsewhere, or a comment that only mentions generating', () => {
    expect(refusal('x: &x 1\ny: "{{ $value }}"\na: 1 # generated by hand\n', ['a'], 2)).toBe('was edited');
  });

  it.each([
    ['a value of a map', 'm: &x\n  a: 1\n  b: &y {}\nn: *y\n', ['m', 'a'], 'm: &x\n  a: 2\n  b: &y {}\nn: *y\n'],
    ['a new key of a map', 'm: &x\n  b: 1\n', ['m', 'a'], 'm: &x\n  b: 1\n  a: 2\n'],
  ])('edits %s with an anchor that no alias repeats', (_, text, path, result) => {
    expect(edit(text, path, 2)).toBe(result);
  });
});
