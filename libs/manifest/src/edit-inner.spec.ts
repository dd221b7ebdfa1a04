import type { JsonValue } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { editField } from './edit.ts';
import { valueAt } from './field.ts';

function edit(text: string, path: readonly string[], value: JsonValue | undefined): string {
  return editField({ file: 'apps/web.yaml', text, document: 0, path, value });
}

const CONFIG = `kind: ConfigMap
data:
  # the server's
  app.yaml: |   # read at start
    # keep: me
    server:
      host: db.old   # moved

      port: "8080"
      names: [a, b]
    tail: {{x: y}}
  other: 1
`.replace('{{x: y}}', '{x: y}');

const HOST = ['data', 'app.yaml', '!yaml', 'server', 'host'];

describe('YAML inside a text', () => {
  it('is edited line by line', () => {
    expect(edit(CONFIG, HOST, 'db.new')).toBe(CONFIG.replace('db.old ', 'db.new '));
    expect(edit(CONFIG, ['data', 'app.yaml', '!yaml', 'server', 'names', '-'], 'c')).toBe(CONFIG.replace('[a, b]', '[a, b, c]'));
    expect(edit(CONFIG, ['data', 'app.yaml', '!yaml', 'server', 'host'], undefined)).toBe(CONFIG.replace(/ {6}host.*\n/, ''));
    expect(edit(CONFIG, ['data', 'app.yaml', '!yaml', 'server', 'tls', 'on'], true)).toBe(CONFIG.replace('[a, b]\n', '[a, b]\n      tls:\n        "on": true\n'));
  });

  it('keeps an indentation indicator, its chomping, lines of spaces, and Windows line ends', () => {
    const odd = 'd:\n  v: |2-\n     odd: 1\n   \n     b: 2\nz: 1\n';
    expect(edit(odd, ['d', 'v', '!yaml', 'b'], 3)).toBe(odd.replace('b: 2', 'b: 3'));
    const windows = CONFIG.replaceAll('\n', '\r\n');
    expect(edit(windows, HOST, 'db.new')).toBe(windows.replace('db.old ', 'db.new '));
    const kept = 'v: |+\n  a: 1\n\n\nz: 1\n';
    expect(edit(kept, ['v', '!yaml', 'a'], 2)).toBe(kept.replace('a: 1', 'a: 2'));
    expect(edit('v: |-\n  a: 1', ['v', '!yaml', 'a'], 2)).toBe('v: |-\n  a: 2');
  });

  it('is found in quoted texts too, and in texts of texts', () => {
    expect(edit('v: "a: 1\\nb: 2\\n"\n', ['v', '!yaml', 'b'], 3)).toBe('v: "a: 1\\nb: 3\\n"\n');
    const twice = 'v: |\n  w: |\n    a: 1\n    b: 2\n';
    expect(edit(twice, ['v', '!yaml', 'w', '!yaml', 'a'], 5)).toBe(twice.replace('a: 1', 'a: 5'));
    expect(valueAt({ v: 'w: |\n  a: 1\n' }, ['v', '!yaml', 'w', '!yaml', 'a'])).toBe(1);
  });

  it('holds the value of a JSON patch', () => {
    const patch = 'patches:\n  - target: {kind: Deployment}\n    patch: |-\n      - op: replace\n        path: /spec/replicas\n        value: 2 # two\n';
    expect(edit(patch, ['patches', '0', 'patch', '!yaml', '0', 'value'], 3)).toBe(patch.replace('value: 2', 'value: 3'));
  });

  it.each([
    ['a template at the value', CONFIG.replace('db.old', '"{{ .Host }}"'), HOST, 'template'],
    ['a variable at the value', CONFIG.replace('db.old', '${DB}'), HOST, 'variable'],
    ['a text that is no YAML', CONFIG.replace('server:', 'server: ['), HOST, 'not valid YAML'],
    ['a map in place of the text', CONFIG, ['data', '!yaml', 'x'], 'not a text'],
    ['no field inside', CONFIG, ['data', 'app.yaml', '!yaml'], 'not to which field'],
  ])('is refused for %s, naming the file', (_, text, path, cause) => {
    expect(() => edit(text, path, 'x')).toThrow(/^apps\/web\.yaml.* cannot be edited safely at /);
    expect(() => edit(text, path, 'x')).toThrow(cause);
  });

  it('is edited beside a template or variable in another line', () => {
    const text = CONFIG.replace('names: [a, b]', 'names: "${NAMES}"').replace('tail: {x: y}', "tail: '{{ .y }}'");
    expect(edit(text, HOST, 'db.new')).toBe(text.replace('db.old ', 'db.new '));
  });
});
