import { describe, expect, it } from 'vitest';
import { checkChanges, otherEdits, type Change } from './accepted-changes.ts';
import { FILE, files, manifest } from './spec-support/a-seen.ts';

const at = (path: string, to: unknown, file = FILE, document?: string): Change => ({ file, path, to, ...(document === undefined ? {} : { document }) }) as Change;
const missing = (changes: Parameters<typeof checkChanges>[0], text: string, file = FILE) => checkChanges(changes, new Map([[file, text]])).missing;
const CONFIG = 'kind: ConfigMap\nmetadata: {name: a}\ndata:\n  app.yaml: |\n    server:\n      port: 8080\n  a/b: x\n';

describe('a wanted value', () => {
  it.each([
    ['by the name of a list item', 'spec/template/spec/containers/[name=app]/image', 'app:1', manifest()],
    ['by its place in a list', 'spec/template/spec/containers/1/image', 'app:1', manifest()],
    ['inside a string that holds YAML', 'data/app.yaml/!yaml/server/port', 8080, CONFIG],
    ['under a key with a slash', 'data/a~1b', 'x', CONFIG],
    ['one of several', 'spec/replicas', { oneOf: [1, 2] }, manifest()],
    ['absent', 'spec/paused', { absent: true }, manifest()],
    ['absent, as null', 'spec/paused', { absent: true }, 'spec: {paused: null}\n'],
    ['present', 'spec/replicas', { present: true }, manifest()],
    ['a map', 'spec/template/spec/containers/[name=app]/resources/limits', { equals: { memory: '128Mi' } }, manifest()],
    ['an item of a list', 'a', { hasItem: 2 }, 'a: [1, 2]\n'],
    ['a map without a key', 'spec', { lacksKey: 'paused' }, manifest()],
    ['a quantity in other units', 'spec/template/spec/containers/[name=app]/resources/limits/memory', { atLeast: '131072Ki', atMost: '134217728' }, manifest()],
  ])('%s', (_, path, to, text) => {
    expect(missing([at(path, to)], text)).toEqual([]);
  });

  it.each([
    ['of another type', 'spec/replicas', '2', manifest()],
    ['too large', 'spec/replicas', { atMost: 1 }, manifest()],
    ['not there', 'spec/paused', { present: true }, manifest()],
    ['with the key', 'spec', { lacksKey: 'replicas' }, manifest()],
    ['in a file that is no YAML', 'spec', { present: true }, 'a: {{ .b }}: c\n  - d\n'],
  ])('is refused when %s', (_, path, to, text) => {
    expect(missing([at(path, to)], text)).toHaveLength(1);
  });

  it('is looked for in the named document, or in the one that has the field', () => {
    const both = `kind: Service\nmetadata: {name: web}\nspec: {type: ClusterIP}\n---\n${manifest()}`;
    expect(missing([at('spec/type', 'ClusterIP', FILE, 'Service/web'), at('spec/replicas', 2, FILE, 'Deployment/checkout'), at('spec/replicas', 2)], both)).toEqual([]);
    expect(missing([at('spec/replicas', 2, FILE, 'Service/web')], both)).toHaveLength(1);
  });

  it('is the value of a key in a .env file', () => {
    expect(missing([at('DB_HOST', 'postgres', 'base/app.env'), at('a/b', '1', 'base/app.env')], '# where\nDB_HOST=postgres\na/b=1\n', 'base/app.env')).toEqual([]);
  });

  it('of a list of alternatives is enough, if all of that list holds', () => {
    const anyOf = [[at('spec/replicas', 3)], [at('spec/replicas', 2), at('spec/paused', { absent: true })]];
    expect(checkChanges([{ anyOf }], files(manifest()))).toEqual({ missing: [], chosen: anyOf[1] });
    expect(missing([{ anyOf: [[at('spec/replicas', 3)], [at('spec/replicas', 4)]] }], manifest())).toHaveLength(1);
  });
});

describe('an edit that nobody asked for', () => {
  const MEMORY = at('spec/template/spec/containers/[name=app]/resources/limits/memory', { atLeast: '100Mi' });
  const faulty = manifest({ memory: '64Mi' });
  const edits = (text: string, { chosen = [MEMORY], earlier = [], before = faulty }: { readonly chosen?: readonly Change[]; readonly earlier?: readonly string[]; readonly before?: string } = {}) =>
    otherEdits({ faulty: files(before), earlier: earlier.map((one) => files(one)), after: files(text), chosen });

  it('is every other value that differs', () => {
    expect(edits(manifest({ host: 'x' }))).toEqual([`${FILE} spec/template/spec/containers/[name=app]/env/[name=DB_HOST]/value: "postgres" → "x"`]);
  });

  it('is not a comment, nor another way of writing', () => {
    expect(edits(manifest().replace('image: app:1', 'image: "app:1" # ours'))).toEqual([]);
  });

  it('is not the wanted value, by name or by place', () => {
    expect(edits(manifest(), { chosen: [at('spec/template/spec/containers/1/resources/limits/memory', '128Mi')] })).toEqual([]);
  });

  it('is not a value that an earlier commit had in the same place, nor a field that it did not have', () => {
    expect(edits(manifest({ host: 'old' }), { earlier: [manifest({ host: 'old' })] })).toEqual([]);
    expect(edits(manifest({ host: 'old' }), { earlier: [manifest({ host: 'older' })] })).toHaveLength(1);
    expect(edits(manifest(), { before: faulty.replace('replicas: 2', 'replicas: 2\n  paused: true'), earlier: [manifest()] })).toEqual([]);
    expect(edits(manifest(), { before: faulty.replace('replicas: 2', 'replicas: 2\n  paused: true') })).toHaveLength(1);
  });

  it('is not a request that moves with its limit, and is one that moves alone', () => {
    expect(edits(manifest({ request: '128Mi' }))).toEqual([]);
    expect(edits(manifest({ memory: '64Mi', request: '32Mi' }))).toHaveLength(1);
  });

  it('is not the item that the wanted value was put into', () => {
    const path = 'spec/template/spec/containers/[name=app]/env/[name=CACHE]/value';
    const text = faulty.replace('value: postgres}', 'value: postgres}\n            - {name: CACHE, value: redis}');
    expect(edits(text, { chosen: [at(path, 'redis')] })).toEqual([]);
    expect(edits(text.replace('redis}', 'redis, extra: 1}'), { chosen: [at(path, 'redis')] })).toHaveLength(1);
  });

  it('is a new file, unless an earlier commit held the same', () => {
    const withFile = (text: string) => files(faulty, { 'apps/extra.yaml': text });
    expect(otherEdits({ faulty: files(faulty), earlier: [], after: withFile('a: 1\n'), chosen: [] })).toHaveLength(1);
    expect(otherEdits({ faulty: files(faulty), earlier: [withFile('a: 1\n')], after: withFile('a: 1\n'), chosen: [] })).toEqual([]);
  });

  it('is told by its lines where a file has no fields', () => {
    const template = (value: string) => new Map([['templates/a.yaml', `{{- if .Values.a }}\nb: ${value}\n{{- end }}\n`]]);
    expect(otherEdits({ faulty: template('x'), earlier: [], after: template('y'), chosen: [] })).toEqual(['templates/a.yaml: -b: x +b: y']);
    expect(otherEdits({ faulty: template('x'), earlier: [template('y')], after: template('y'), chosen: [] })).toEqual([]);
  });

  it('is told inside a string that holds YAML', () => {
    const config = (port: number, name: string) => new Map([['cm.yaml', `kind: ConfigMap\nmetadata: {name: a}\ndata:\n  app.yaml: |\n    server: {port: ${port}}\n    name: ${name}\n`]]);
    const chosen = [at('data/app.yaml/!yaml/server/port', 8080, 'cm.yaml')];
    expect(otherEdits({ faulty: config(80, 'a'), earlier: [], after: config(8080, 'a'), chosen })).toEqual([]);
    expect(otherEdits({ faulty: config(80, 'a'), earlier: [], after: config(8080, 'b'), chosen })).toEqual(['cm.yaml data/app.yaml/!yaml/name: "a" → "b"']);
  });
});
