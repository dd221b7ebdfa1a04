import { describe, expect, it } from 'vitest';
import { placesBetween, putBack, valueAtPlace, type FilePlace } from './file-places.ts';

const KUSTOMIZATION = 'resources:\n  - ns.yaml\n  - web.yaml\n  - svc.yaml\nimages: [{name: app, newTag: "1"}]\n';

/** The only place in which the two differ. */
function onlyPlace(earlier: string, head: string): FilePlace {
  const { places, others } = placesBetween(earlier, head);
  expect(others).toEqual([]);
  expect(places).toHaveLength(1);
  return places[0] as FilePlace;
}

describe('a place that can go back', () => {
  it.each<readonly [what: string, earlier: string, head: string, place: Partial<FilePlace>]>([
    ['a value', 'a: {b: 1}\n', 'a: {b: 2}\n', { document: 0, path: ['a', 'b'], before: 1, after: 2 }],
    ['a value that was taken out', 'a: {b: 1, c: 2}\n', 'a: {c: 2}\n', { path: ['a', 'b'], before: 1, after: undefined }],
    ['a map that was taken out, as one', 'a: {b: 1, c: 2}\nd: 1\n', 'd: 1\n', { path: ['a'], before: { b: 1, c: 2 } }],
    ['a map that became a text', 'a: {b: {c: 1}}\n', 'a: {b: c}\n', { path: ['a', 'b'], before: { c: 1 }, after: 'c' }],
    ['an item of a list', KUSTOMIZATION, KUSTOMIZATION.replace('svc', 'scv'), { path: ['resources', '2'], before: 'svc.yaml', after: 'scv.yaml' }],
    ['an item that another one moved', KUSTOMIZATION, KUSTOMIZATION.replace('  - ns.yaml\n', '  - ns.yaml\n  - quota.yaml\n').replace('svc', 'scv'), { path: ['resources', '3'], before: 'svc.yaml' }],
    ['an item beside a new one', KUSTOMIZATION, KUSTOMIZATION.replace('  - svc.yaml', '  - ingress.yaml\n  - svcc.yaml'), { path: ['resources', '3'], before: 'svc.yaml', after: 'svcc.yaml' }],
    ['a list that lost an item, as one', KUSTOMIZATION, KUSTOMIZATION.replace('  - web.yaml\n', ''), { path: ['resources'], before: ['ns.yaml', 'web.yaml', 'svc.yaml'] }],
    ['a field of an item, by its name', KUSTOMIZATION, KUSTOMIZATION.replace('"1"', '"2"'), { path: ['images', '[name=app]', 'newTag'], before: '1' }],
    ['a field of the same object, wherever it stands', 'kind: A\nmetadata: {name: x}\nspec: {v: 1}\n', 'kind: B\nmetadata: {name: y}\n---\nkind: A\nmetadata: {name: x}\nspec: {v: 2}\n', { document: 1, path: ['spec', 'v'], before: 1 }],
    ['the name of an object, as where a patch names one', 'kind: A\nmetadata: {name: x}\n', 'kind: A\nmetadata: {name: y}\n', { document: 0, path: ['metadata', 'name'], before: 'x' }],
    ['the name of an item', 'l: [{name: a, v: 1}, {name: b}]\n', 'l: [{name: c, v: 1}, {name: b}]\n', { path: ['l', '0', 'name'], before: 'a' }],
    ['an item that is gone', 'l: [{name: a, v: 1}, {name: b}]\n', 'l: [{name: b}]\n', { path: ['l', '[name=a]'], before: { name: 'a', v: 1 } }],
    ['a line of a file of variables', '# ours\nA=1\nB=2\n', '# ours\nA=1\nB\n', { path: ['3'], before: 'B=2', after: 'B' }],
    ['a value inside a text that holds YAML', 'data:\n  v.yaml: |\n    a: 1\n    b: 2\n', 'data:\n  v.yaml: |\n    a: 3\n    b: 2\n', { path: ['data', 'v.yaml', '!yaml', 'a'], before: 1, after: 3 }],
    ['a line of what is no YAML any more', 'a: "1"\nb: 2\n', 'a: "1\nb: 2\n', { path: ['1'], before: 'a: "1"', after: 'a: "1' }],
  ])('is %s', (_, earlier, head, place) => {
    expect(onlyPlace(earlier, head)).toMatchObject(place);
  });

  it.each([
    ['a value', 'a: 1 # one\nb: [x,  y]\n', 'a: 2 # one\nb: [x,  y]\n'],
    ['an item', KUSTOMIZATION, KUSTOMIZATION.replace('svc', 'scv')],
    ['a line', 'a: "1"\nb: 2\n', 'a: "1\nb: 2\n'],
  ])('goes back byte for byte: %s', (_, earlier, head) => {
    const place = onlyPlace(earlier, head);
    expect(putBack('f.yaml', head, place)).toBe(earlier);
    expect(valueAtPlace(head, place)).toEqual(place.after);
  });

  it('goes back to what it was where a text took the place of a map, and all else stays', () => {
    const [earlier, head] = ['# regions\nextra:\n  EU: {text: eu}\nlog: info\n', '# regions\nextra:\n  EU: eu\nlog: warn\n'];
    const place = placesBetween(earlier, head).places.find(({ path }) => path[0] === 'extra') as FilePlace;
    const after = putBack('values.yaml', head, place);
    expect(placesBetween(earlier, after).places.map(({ path }) => path)).toEqual([['log']]);
    expect(after).toContain('# regions');
  });
});

describe('no place', () => {
  it.each<readonly [what: string, earlier: string, head: string, words: RegExp | undefined]>([
    ['is what is new: nothing stood there', 'a: 1\n', 'a: 1\nb: 2\n', undefined],
    ['is a new item of a list', KUSTOMIZATION, KUSTOMIZATION.replace('  - svc.yaml', '  - svc.yaml\n  - pdb.yaml'), undefined],
    ['is a new object', 'kind: A\nmetadata: {name: x}\n', 'kind: A\nmetadata: {name: x}\n---\nkind: A\nmetadata: {name: y}\n', undefined],
    ['is a file that became something else', 'a: 1\n', '- a\n', /as a whole/],
    ['is in a Secret', 'kind: Secret\nmetadata: {name: x}\nstringData: {a: b}\n', 'kind: Secret\nmetadata: {name: x}\nstringData: {a: c}\n', /Secret/],
    ['is in what sops encrypted', 'a: ENC1\nsops: {}\n', 'a: ENC2\nsops: {}\n', /Secret/],
    ['is in a merge conflict', 'a: 1\n', '<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> x\n', /merge conflict/],
    ['is a text of which several lines changed', 'a: |\n  x\n  y\n', 'a: |\n  z\n  w\n', /more than one line/],
    ['is in lines that came or went where nothing can be read', 'a: "1"\n', 'a: "1\nb: 2\nc: 3\n', /lines came or went/],
  ])('%s', (_, earlier, head, words) => {
    const { places, others } = placesBetween(earlier, head);
    expect(places).toEqual([]);
    expect(others.join()).toMatch(words ?? /^$/);
  });
});
