import type { FieldChange, KubeObject } from '@fleetmend/model';
import type { Application } from '@fleetmend/plugin-api';
import { type LayoutCase, treeOf } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { anApplication } from '../raw/spec-support/layouts.ts';
import { raw } from '../raw/raw.ts';
import { BASE, DEPLOYMENT, FILES, MISSING, OVERLAY, SKIPPED, WEB } from './spec-support/layouts.ts';
import { CONTAINER, MEMORY, editOf, layout, locate } from './spec-support/try-edit.ts';

const MANIFEST = 'clusters/prod/web.yaml';
const SIDE = 'apps/web/overlays/prod/.argocd-source-web.yaml';
const IMAGE: readonly string[] = [...CONTAINER, 'image'];
const set = (path: readonly string[], value: FieldChange['value']): readonly FieldChange[] => [{ path: [...path], value }];

const argoText = (options: string) => `# web in production\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web, namespace: argocd}\nspec:\n  destination: {namespace: shop}\n  source:\n    path: apps/web/overlays/prod\n    kustomize:\n${options}`;
const fluxText = (options: string) => `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: web, namespace: flux-system}\nspec:\n  path: ./apps/web/overlays/prod\n${options}`;

function application(engine: 'argocd' | 'flux', rest: Partial<Application> = {}): Application {
  const [apiVersion, kind, namespace] = engine === 'argocd' ? (['argoproj.io/v1alpha1', 'Application', 'argocd'] as const) : (['kustomize.toolkit.fluxcd.io/v1', 'Kustomization', 'flux-system'] as const);
  const object: KubeObject = { apiVersion, kind, metadata: { name: 'web', namespace }, spec: { source: { path: 'apps/web/overlays/prod' } } };
  return anApplication('./apps/web/overlays/prod', { engine, ref: { apiVersion, kind, namespace, name: 'web' }, object, ...rest });
}
function argo(options: string, files: Readonly<Record<string, string>> = {}, rest: Partial<Application> = {}): LayoutCase {
  return { files: { ...FILES, [MANIFEST]: argoText(options), ...files }, target: WEB, application: application('argocd', rest), editablePaths: ['**'] };
}
function flux(options: string, files: Readonly<Record<string, string>> = {}): LayoutCase {
  return { files: { ...FILES, [MANIFEST]: fluxText(options), ...files }, target: WEB, application: application('flux'), editablePaths: ['**'] };
}
const operation = (memory: string, pad: string) => `${pad}patches:\n${pad}  - target: {kind: Deployment, name: web}\n${pad}    patch: |\n${pad}      - op: replace\n${pad}        path: /spec/template/spec/containers/0/resources/limits/memory\n${pad}        value: ${memory} # prod\n`;
const overlay = (more: string) => ({ [OVERLAY]: `${FILES[OVERLAY] ?? ''}${more}` });

describe.skipIf(MISSING !== undefined)(`what an Application adds to a kustomization${SKIPPED}`, () => {
  it.each<readonly [what: string, options: string, fields: readonly FieldChange[], changed: string, files: Readonly<Record<string, string>>]>([
    ['an image by its tag, over the tag of the overlay', '      images: [shop:2]  # prod\n', set(IMAGE, 'shop:3'), '      images: [shop:3]  # prod\n', overlay('images: [{name: shop, newTag: "1"}]\n')],
    ['an image under another name', '      images:\n        - shop=mirror/shop:2\n', set(IMAGE, 'mirror/shop:3'), '      images:\n        - shop=mirror/shop:3\n', {}],
    ['an image that gets another name', '      images:\n        - shop:2\n', set(IMAGE, 'mirror/shop:3'), '      images:\n        - shop=mirror/shop:3\n', {}],
    ['an image by digest', `      images:\n        - shop@sha256:${'a1'.repeat(32)}\n`, set(IMAGE, 'shop:1'), '      images:\n        - shop:1\n', {}],
    ['the number of replicas', '      replicas:\n        - {name: web, count: 7}\n', set(['spec', 'replicas'], 3), '      replicas:\n        - {name: web, count: 3}\n', overlay('replicas: [{name: web, count: 5}]\n')],
    ['the number of replicas as a text', '      replicas:\n        - {name: web, count: "7"}\n', set(['spec', 'replicas'], 3), '      replicas:\n        - {name: web, count: "3"}\n', {}],
    ['a patch, under a name that its own prefix makes', `      namePrefix: eu-\n${operation('96Mi', '      ')}`, set(MEMORY, '128Mi'), `      namePrefix: eu-\n${operation('128Mi', '      ')}`, {}],
    ['a patch beside labels, annotations and a namespace', `      commonLabels: {a: b}\n      labelWithoutSelector: true\n      commonAnnotations: {c: d}\n      namespace: shop\n${operation('96Mi', '      ')}`, set(MEMORY, '128Mi'), `      commonLabels: {a: b}\n      labelWithoutSelector: true\n      commonAnnotations: {c: d}\n      namespace: shop\n${operation('128Mi', '      ')}`, {}],
  ])('is changed in its manifest: %s', async (_, options, fields, changed, files) => {
    const one = argo(options, files);
    const object = options.includes('eu-') ? { ...WEB, name: 'eu-web' } : WEB;
    expect(await editOf(one, fields, {}, object)).toEqual({ [MANIFEST]: argoText(changed) });
  });

  it('is changed in the dry source of an Application that is hydrated', async () => {
    const text = (tag: string) => argoText('').replace(/ {2}source:[^]*$/, `  sourceHydrator:\n    drySource:\n      path: apps/web/overlays/prod\n      kustomize: {images: [shop:${tag}]}\n    syncSource: {targetBranch: env/prod, path: web}\n`);
    expect(await editOf(argo('', { [MANIFEST]: text('2') }), set(IMAGE, 'shop:3'))).toEqual({ [MANIFEST]: text('3') });
  });

  it('leads into a component that only it names', async () => {
    const part = { 'apps/web/limits/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: p.yaml}]\n', 'apps/web/limits/p.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 9}\n' };
    const one = argo('      components: [../../limits, ../../gone]\n      ignoreMissingComponents: true\n', part);
    expect(await editOf(one, set(['spec', 'replicas'], 4))).toEqual({ 'apps/web/limits/p.yaml': part['apps/web/limits/p.yaml'].replace('9', '4') });
    expect((await locate(one))?.includes).toEqual(expect.arrayContaining([MANIFEST, 'apps/web/limits/p.yaml', BASE]));
  });

  it('says nothing where the field comes from a file: there it is changed', async () => {
    const one = argo('      images: [other:2]\n');
    expect(await editOf(one, set(MEMORY, '128Mi'))).toEqual({ [BASE]: DEPLOYMENT.replace('64Mi', '128Mi') });
    expect((await locate(one))?.carriers).toEqual([{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: 'argocd', name: 'web' }]);
  });

  it('is left to the tool that writes a file over it, which wins as a whole list', async () => {
    const one = argo('      images: [shop:2]\n', { [SIDE]: 'kustomize:\n  images: [shop:8]\n' });
    await expect(editOf(one, set(IMAGE, 'shop:3'))).rejects.toMatchObject({ reason: 'NotEditable', message: expect.stringContaining(`${SIDE} sets it, which is written by a tool`) });
    expect(await editOf(argo('      replicas: [{name: web, count: 7}]\n', { [SIDE]: 'kustomize:\n  images: [shop:8]\n' }), set(['spec', 'replicas'], 3))).toEqual({ [MANIFEST]: argoText('      replicas: [{name: web, count: 3}]\n') });
  });

  it.each<readonly [string, Partial<KubeObject['metadata']>, string]>([
    ['no file holds', {}, 'no file of the repository holds Application/argocd/web alone'],
    ['an ApplicationSet makes', { ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'all', uid: '1' }] } as never, 'is made by ApplicationSet all: its template is shared'],
  ])('is for people in an Application that %s', async (_, metadata, why) => {
    const live = application('argocd').object as KubeObject;
    const object = { ...live, metadata: { ...live.metadata, ...metadata }, spec: { source: { path: 'apps/web/overlays/prod', kustomize: { images: ['shop:2'] } } } };
    const { [MANIFEST]: __, ...files } = argo('').files;
    await expect(editOf({ files, target: WEB, application: application('argocd', { object }), editablePaths: ['**'] }, set(IMAGE, 'shop:3'))).rejects.toMatchObject({ reason: 'NotEditable', message: expect.stringContaining(why) });
  });

  it('is changed in the file below what applies the Application, where another cluster has one of the same name', async () => {
    const twice = { 'clusters/dev/web.yaml': argoText('      images: [shop:9]\n') };
    const one = argo('      images: [shop:2]\n', twice, { heldIn: [{ path: './clusters/prod/' }] });
    expect(await editOf(one, set(IMAGE, 'shop:3'))).toEqual({ [MANIFEST]: argoText('      images: [shop:3]\n') });
  });
});

describe.skipIf(MISSING !== undefined)(`what a Kustomization of Flux adds${SKIPPED}`, () => {
  it('is changed in its manifest: a patch, an image', async () => {
    expect(await editOf(flux(operation('96Mi', '  ')), set(MEMORY, '128Mi'))).toEqual({ [MANIFEST]: fluxText(operation('128Mi', '  ')) });
    const image = (tag: string) => `  images:\n    - {name: shop, newTag: "${tag}"}\n`;
    expect(await editOf(flux(image('2'), overlay('images: [{name: shop, newTag: "1"}]\n')), set(IMAGE, 'shop:3'))).toEqual({ [MANIFEST]: fluxText(image('3')) });
  });

  it('makes a plain folder one that kustomize builds', async () => {
    const files = { 'apps/plain/web.yaml': DEPLOYMENT, [MANIFEST]: fluxText(operation('96Mi', '  ')).replace('./apps/web/overlays/prod', './apps/plain') };
    const one: LayoutCase = { files, target: { ...WEB }, application: { ...application('flux'), sources: anApplication('./apps/plain').sources }, editablePaths: ['**'] };
    const plain = await raw.create({}, {} as never);
    const asked = { tree: treeOf(files), application: one.application as Application };
    expect(await plain.rootOf(asked)).toBeUndefined();
    expect(await layout.rootOf(asked)).toMatchObject({ includes: ['apps/plain', MANIFEST] });
    expect(await editOf(one, set(MEMORY, '128Mi'))).toEqual({ [MANIFEST]: files[MANIFEST]?.replace('96Mi', '128Mi') });
  });

  it('takes one more patch where no file may say the field', async () => {
    const made = await editOf(flux('  prune: true\n'), set(MEMORY, '128Mi'), { isEditable: (path) => path.startsWith('clusters/') });
    expect(made).toEqual({ [MANIFEST]: fluxText('  prune: true\n  patches:\n  - target:\n      kind: Deployment\n      name: web\n    patch: |\n      apiVersion: apps/v1\n      kind: Deployment\n      metadata:\n        name: web\n      spec:\n        template:\n          spec:\n            containers:\n            - name: app\n              resources:\n                limits:\n                  memory: 128Mi\n') });
  });

  it('takes one more patch where every file is read by others too, and the file where nobody minds', async () => {
    const alone = async (edits: readonly { readonly path: string }[]) => edits.every(({ path }) => path === MANIFEST);
    expect(Object.keys(await editOf(flux('  prune: true\n'), set(MEMORY, '128Mi'), { staysInside: alone }))).toEqual([MANIFEST]);
    expect(Object.keys(await editOf(flux('  prune: true\n'), set(MEMORY, '128Mi')))).toEqual([BASE]);
  });
});
