import type { LocateInput, SourceOrigin } from '@fleetmend/plugin-api';
import { ANYWHERE, type LayoutCase, treeOf } from '@fleetmend/plugin-api/conformance';
import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { CHECKOUT, SHOP, WEB, anApplication } from './spec-support/layouts.ts';
import { raw } from './raw.ts';

const layout = await raw.create({}, { clock: new VirtualClock(), fetch, stateDir: '', log: { info: () => undefined, warn: () => undefined } });
const OPEN = WEB.replaceAll(/,? *namespace: shop\n?/g, (text) => (text.startsWith(',') ? '' : '\n'));

function inputOf({ files, target, application, editablePaths }: LayoutCase): LocateInput {
  return { cluster: 'prod-1', target, application, binding: { selects: {}, forgeRef: 'f', repository: 'acme/fleet', branch: 'main', editablePaths: [...editablePaths] }, tree: treeOf(files) };
}
const locate = (rest: Partial<LayoutCase>): Promise<SourceOrigin | undefined> => layout.locate(inputOf({ ...SHOP, ...rest }));

describe('locating a plain manifest', () => {
  it('finds the document in a file of several', async () => {
    expect(await locate({})).toMatchObject({ path: 'apps/shop/checkout.yaml', document: 1, root: 'apps/shop' });
  });

  it('takes an object without a namespace where the engine puts it there', async () => {
    const files = { 'apps/shop/a.yaml': OPEN };
    expect(OPEN).not.toContain('namespace: shop');
    expect(await locate({ files, application: anApplication('apps/shop', { namespace: { name: 'shop', override: false } }) })).toMatchObject({ path: 'apps/shop/a.yaml' });
    await expect(locate({ files, application: anApplication('apps/shop', { namespace: { name: 'other', override: false } }) })).rejects.toMatchObject({ reason: 'SourceNotFound' });
  });

  it('takes an object of another namespace only where the engine moves all of them', async () => {
    const files = { 'apps/shop/a.yaml': WEB.replaceAll('namespace: shop', 'namespace: base') };
    expect(await locate({ files, application: anApplication('apps/shop', { namespace: { name: 'shop', override: true } }) })).toMatchObject({ path: 'apps/shop/a.yaml' });
    await expect(locate({ files })).rejects.toMatchObject({ reason: 'SourceNotFound' });
  });

  it('prefers the object that names its namespace where nobody says where open ones go', async () => {
    expect(await locate({ files: { 'apps/shop/a.yaml': OPEN, 'apps/shop/b.yaml': WEB } })).toMatchObject({ path: 'apps/shop/b.yaml' });
  });

  it('keeps groups and kinds apart', async () => {
    const other = WEB.replace('apiVersion: apps/v1', 'apiVersion: apps.example.org/v1');
    expect(await locate({ files: { 'apps/shop/a.yaml': other, 'apps/shop/b.yaml': WEB } })).toMatchObject({ path: 'apps/shop/b.yaml' });
  });

  it('does not look into hidden folders or into those that kustomize builds below the root', async () => {
    const files = { ...SHOP.files, 'apps/shop/.github/x.yaml': WEB, 'apps/shop/extra/kustomization.yaml': 'resources: []', 'apps/shop/extra/deep/x.yaml': WEB };
    expect(await locate({ files })).toMatchObject({ path: 'apps/shop/checkout.yaml' });
  });

  it('without an engine uses what the binding allows, and renders the folder of the file', async () => {
    expect(await locate({ application: undefined, editablePaths: ['apps/shop/**'] })).toMatchObject({ path: 'apps/shop/checkout.yaml', root: 'apps/shop' });
  });

  it('finds objects at the root of the repository', async () => {
    expect(await locate({ files: { 'a.yaml': WEB }, application: anApplication('.'), editablePaths: ['**'] })).toMatchObject({ path: 'a.yaml', root: '' });
  });
});

describe('editing a plain manifest', () => {
  const change = (path: readonly string[], value: string | number) => ({ object: CHECKOUT, fields: [{ path: [...path], value }] });

  it('makes one line of difference', async () => {
    const origin = (await locate({})) as SourceOrigin;
    const [edit, ...more] = await layout.edit({ origin, change: change(['spec', 'replicas'], 3), tree: treeOf(SHOP.files), ...ANYWHERE });
    expect(more).toEqual([]);
    expect(edit?.after).toBe(WEB.replace('replicas: 2 ', 'replicas: 3 '));
  });

  it('reaches an object inside a List', async () => {
    const text = `apiVersion: v1\nkind: List\nitems:\n- apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: checkout, namespace: shop}\n  spec: {replicas: 1}\n`;
    const files = { 'apps/shop/list.yaml': text };
    const origin = (await locate({ files })) as SourceOrigin;
    const [edit] = await layout.edit({ origin, change: change(['spec', 'replicas'], 3), tree: treeOf(files), ...ANYWHERE });
    expect(edit?.after).toBe(text.replace('replicas: 1', 'replicas: 3'));
  });

  it('names the file whose YAML cannot be rendered', async () => {
    const origin = (await locate({})) as SourceOrigin;
    await expect(layout.render({ origin, tree: treeOf({ ...SHOP.files, 'apps/shop/bad.yaml': 'a: [' }) })).rejects.toMatchObject({ reason: 'RenderFailed', message: expect.stringContaining('apps/shop/bad.yaml') });
  });
});
