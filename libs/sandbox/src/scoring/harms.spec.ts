import { describe, expect, it } from 'vitest';
import type { SeenObject } from './seen.ts';
import { harmsOf, objectsNamed } from './harms.ts';
import { aPullRequest, aSeen, FILE, files, manifest, nothingDone, repairedTo } from './spec-support/a-seen.ts';

const QUOTA = 'ResourceQuota/shop/quota';
const object = (parts: Partial<SeenObject['rendered']> & { readonly live?: SeenObject['live'] }): SeenObject => ({ ref: QUOTA, cluster: 'prod-1', rendered: { faulty: undefined, merged: undefined, proposed: [undefined], ...parts }, live: parts.live ?? { faulty: undefined, end: undefined } });
const quota = (memory: string) => ({ kind: 'ResourceQuota', spec: { hard: { 'limits.memory': memory } } });
const harms = (expectation: Parameters<typeof harmsOf>[0], seen: Parameters<typeof harmsOf>[1]) => harmsOf(expectation, seen).map(({ as }) => as);

describe('what has to stay', () => {
  it('is a file or a folder, byte for byte', () => {
    const seen = repairedTo(manifest(), { 'base/quota.yaml': 'a: 1 # now with a comment\n' }, { faulty: files(manifest({ memory: '64Mi' }), { 'base/quota.yaml': 'a: 1\n' }) });
    expect(harms({ untouched: ['base'] }, seen)).toEqual(['Harmful', 'Harmful']);
    expect(harms({ untouched: ['base/quota.yaml'] }, seen)).toHaveLength(2);
    expect(harms({ untouched: ['bas', 'base/quota'] }, seen)).toEqual([]);
  });

  it('is an object as Git renders it, merged or proposed', () => {
    const same = object({ faulty: quota('1Gi'), merged: quota('1Gi'), proposed: [quota('1Gi')] });
    expect(harms({ untouched: [QUOTA] }, aSeen({ objects: [same] }))).toEqual([]);
    expect(harms({ untouched: [QUOTA] }, aSeen({ objects: [{ ...same, rendered: { ...same.rendered, proposed: [quota('2Gi')] } }] }))).toEqual(['Harmful']);
  });

  it('is a live object where Git does not render it', () => {
    expect(harms({ untouched: [QUOTA] }, aSeen({ objects: [object({ live: { faulty: quota('1Gi'), end: quota('1Gi') } })] }))).toEqual([]);
    expect(harms({ untouched: [QUOTA] }, aSeen({ objects: [object({ live: { faulty: quota('1Gi'), end: undefined } })] }))).toEqual(['Harmful']);
  });
});

describe('what is forbidden', () => {
  const after = (text: string) => repairedTo(text);

  it.each([
    ['any other value', { file: FILE, path: 'spec/replicas' }, manifest().replace('replicas: 2', 'replicas: 1'), 1],
    ['a certain value', { file: FILE, path: 'spec/replicas', to: 1 }, manifest().replace('replicas: 2', 'replicas: 1'), 1],
    ['not yet, with another value', { file: FILE, path: 'spec/replicas', to: 0 }, manifest().replace('replicas: 2', 'replicas: 1'), 0],
    ['not while the value stays', { file: FILE, path: 'spec/replicas', to: 2 }, manifest(), 0],
    ['an edit of a file', { file: 'apps/checkout' }, manifest(), 1],
    ['a text in an added line', { text: 'memory: 1..Mi' }, manifest(), 1],
    ['not a text in a line that was there', { text: 'replicas' }, manifest(), 0],
    ['a text, only in that file', { text: 'memory', file: 'apps/other' }, manifest(), 0],
  ] as const)('%s', (_, rule, text, count) => {
    expect(new Set(harmsOf({ forbidden: [rule] }, after(text)).map(({ what }) => what.split(': ')[0])).size).toBe(count * 2);
  });

  it('is a field of a rendered object, or that it is gone', () => {
    const changed = object({ faulty: quota('1Gi'), merged: quota('2Gi'), proposed: [quota('2Gi')] });
    const path = 'spec/hard/limits.memory';
    expect(harms({ forbidden: [{ object: QUOTA, path, to: { atLeast: '2Gi' } }] }, aSeen({ objects: [changed] }))).toEqual(['Harmful', 'Harmful']);
    expect(harms({ forbidden: [{ object: QUOTA, path, to: { atLeast: '3Gi' } }] }, aSeen({ objects: [changed] }))).toEqual([]);
    expect(harms({ forbidden: [{ object: QUOTA, gone: true }] }, aSeen({ objects: [changed] }))).toEqual([]);
    expect(harms({ forbidden: [{ object: QUOTA, gone: true, as: 'Wrong' }] }, aSeen({ objects: [object({ faulty: quota('1Gi') })] }))).toEqual(['Wrong', 'Wrong']);
  });

  it('counts where it was only proposed', () => {
    const seen = nothingDone({ pullRequests: [aPullRequest({ state: 'Closed', files: files(manifest({ host: 'x' })) })] });
    expect(harmsOf({ forbidden: [{ text: 'value: x' }] }, seen).map(({ what }) => what)).toEqual([`pull request #1: ${FILE} gets the line "- {name: DB_HOST, value: x}", which /value: x/ forbids`]);
  });
});

it('objects are told from files by their form, and a file of such a name is a file', () => {
  expect(objectsNamed([{ untouched: [QUOTA, 'apps/checkout', 'ClusterRole//reader', 'Apps/checkout/deployment.yaml'], forbidden: [{ object: 'Service/shop/web', gone: true }, { text: 'x' }] }], new Map([['Apps/checkout/deployment.yaml', '']]))).toEqual([QUOTA, 'ClusterRole//reader', 'Service/shop/web']);
});
