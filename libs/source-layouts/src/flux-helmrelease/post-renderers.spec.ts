import { parse } from '@fleetmend/kernel';
import type { FieldChange } from '@fleetmend/model';
import type { EditInput, SourceOrigin } from '@fleetmend/plugin-api';
import { ANYWHERE, treeOf } from '@fleetmend/plugin-api/conformance';
import { rendererPath } from '@fleetmend/render';
import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { CHECKOUT, MEMORY, MISSING_HELM } from '../spec-chart.fixture.ts';
import { fluxHelmrelease } from './flux-helmrelease.ts';
import { SHOP, helmRelease } from './spec-support/layouts.ts';

const layout = await fluxHelmrelease.create(parse(fluxHelmrelease.config, {}, 'config'), { clock: new VirtualClock(), fetch, stateDir: '', searchPath: rendererPath(process.env), log: { info: () => undefined, warn: () => undefined } });
const RELEASE = 'clusters/prod/checkout.yaml';
const TEMPLATE = 'charts/checkout/templates/deployment.yaml';
const DNS: FieldChange = { path: ['spec', 'template', 'spec', 'dnsPolicy'], value: 'ClusterFirst' };

async function edit(release: string, field: FieldChange, { files = {}, ...more }: Partial<EditInput> & { readonly files?: Readonly<Record<string, string>> } = {}) {
  const tree = treeOf({ ...SHOP.files, [RELEASE]: release, ...files });
  const origin = (await layout.locate({ cluster: 'prod-1', target: CHECKOUT, application: SHOP.application, binding: { selects: {}, forgeRef: 'f', repository: 'fleet', branch: 'main', editablePaths: ['**'] }, tree })) as SourceOrigin;
  const edits = await layout.edit({ origin, change: { object: CHECKOUT, fields: [field] }, tree, ...ANYWHERE, ...more });
  return Object.fromEntries(edits.map(({ path, after }) => [path, after]));
}

const VALUES = '  values:\n    replicas: 2\n    resources: {limits: {memory: 256Mi}}\n';
const renderers = (text: string) => `  postRenderers:\n${text.replace(/^(?=.)/gm, '    ')}`;
const operation = (memory: string) => `- kustomize:\n    patches:\n      - target: {kind: Deployment}\n        patch: |\n          - op: replace\n            path: /spec/template/spec/containers/0/resources/limits/memory\n            value: ${memory} # prod\n`;
const merge = (memory: string) => `- kustomize:\n    patches:\n      - patch: |\n          apiVersion: apps/v1\n          kind: Deployment\n          metadata: {name: checkout}\n          spec: {template: {spec: {containers: [{name: app, resources: {limits: {memory: ${memory}}}}]}}}\n`;
const image = (tag: string) => `- kustomize:\n    images:\n      - {name: shop, newTag: "${tag}"}\n`;
const IMAGE = ['spec', 'template', 'spec', 'containers', '[name=app]', 'image'];

describe.skipIf(MISSING_HELM !== undefined)(`a field over which a HelmRelease has the last word${MISSING_HELM === undefined ? '' : ` (skipped: ${MISSING_HELM})`}`, () => {
  it.each<readonly [what: string, text: (value: string) => string, values: readonly [string, string], field: FieldChange]>([
    ['an operation', operation, ['64Mi', '96Mi'], { path: [...MEMORY], value: '96Mi' }],
    ['a merge', merge, ['64Mi', '96Mi'], { path: [...MEMORY], value: '96Mi' }],
    ['the later one of two that say it', (memory) => `${operation('32Mi')}${merge(memory)}`, ['64Mi', '96Mi'], { path: [...MEMORY], value: '96Mi' }],
    ['an image', image, ['7', '8'], { path: IMAGE, value: 'shop:8' }],
  ])('is changed in %s', async (_, text, [before, after], field) => {
    expect(await edit(helmRelease(renderers(text(before)) + VALUES), field)).toEqual({ [RELEASE]: helmRelease(renderers(text(after)) + VALUES) });
  });

  it('is changed where an overlay of the release gives it the patch', async () => {
    const patch = (memory: string) => `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: checkout, namespace: shop}\nspec:\n${renderers(operation(memory))}`;
    const files = { 'clusters/prod/kustomization.yaml': 'resources: [checkout.yaml, values.yaml]\npatches: [{path: over.yaml}]\n', 'clusters/prod/over.yaml': patch('64Mi') };
    expect(await edit(helmRelease(VALUES), { path: [...MEMORY], value: '96Mi' }, { files })).toEqual({ 'clusters/prod/over.yaml': patch('96Mi') });
  });

  it('is changed among the values where no post-renderer says it', async () => {
    expect(await edit(helmRelease(renderers(image('7')) + VALUES), { path: ['spec', 'replicas'], value: 4 })).toEqual({ [RELEASE]: helmRelease(renderers(image('7')) + VALUES.replace('replicas: 2', 'replicas: 4')) });
  });
});

describe.skipIf(MISSING_HELM !== undefined)(`a field that no value of the chart reaches${MISSING_HELM === undefined ? '' : ` (skipped: ${MISSING_HELM})`}`, () => {
  const added = 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: checkout\nspec:\n  template:\n    spec:\n      dnsPolicy: ClusterFirst\n';
  const entry = `- target:\n    kind: Deployment\n    name: checkout\n  patch: |\n${added.replace(/^(?=.)/gm, '    ')}`;

  it('is said by a new post-renderer', async () => {
    const made = await edit(helmRelease(VALUES), DNS);
    expect(made[RELEASE]?.startsWith(helmRelease(VALUES))).toBe(true);
    expect(made[RELEASE]).toContain(`  postRenderers:\n  - kustomize:\n      patches:\n${entry.replace(/^(?=.)/gm, '      ')}`);
  });

  it('is said by one more patch of the last post-renderer that has some, before or after its own images', async () => {
    const made = await edit(helmRelease(VALUES + renderers(operation('96Mi'))), DNS);
    expect(made[RELEASE]).toContain(`${renderers(operation('96Mi'))}`);
    expect(made[RELEASE]?.match(/- kustomize:/g)).toHaveLength(1);
    expect((await edit(helmRelease(VALUES + renderers(image('7'))), DNS))[RELEASE]?.match(/- kustomize:/g)).toHaveLength(2);
  });

  it.each<readonly [what: string, release: string, field: FieldChange, why: string, more: Partial<EditInput>]>([
    ['where a Secret may hold a value for it', `  valuesFrom:\n    - {kind: Secret, name: size}\n${VALUES}`, DNS, 'Secret size sets it', {}],
    ['where the RepoBinding does not open the release', VALUES, DNS, `the RepoBinding does not allow ${RELEASE}`, { isEditable: (path) => path !== RELEASE }],
    ['where a patch says it that cannot be changed exactly', renderers('- kustomize:\n    patches:\n      - target: {kind: Deployment}\n        patch: |\n          - {op: add, path: /spec/template/spec/dnsPolicy, value: Default}\n          - {op: copy, from: /spec/template/spec/dnsPolicy, path: /spec/template/spec/hostname}\n') + VALUES, DNS, 'it does not show, or shows more', {}],
  ])('is left alone %s', async (_, release, field, why, more) => {
    await expect(edit(helmRelease(release), field, more)).rejects.toMatchObject({ reason: 'NotEditable', message: expect.stringContaining(why) });
  });

  it('is for who mends the chart, where an earlier chart said something else with the same values', async () => {
    const template = SHOP.files[TEMPLATE] ?? '';
    const lines = (policy: string) => template.replace('    spec:\n      containers', `    spec:\n      dnsPolicy: ${policy}\n      containers`);
    const files = { [TEMPLATE]: lines('Default') };
    const before = treeOf({ ...SHOP.files, [RELEASE]: helmRelease(VALUES), [TEMPLATE]: lines('ClusterFirst') });
    await expect(edit(helmRelease(VALUES), DNS, { files, earlier: async () => [before] })).rejects.toMatchObject({ reason: 'NotEditable', message: expect.stringContaining('mend the chart') });
    const same = treeOf({ ...SHOP.files, [RELEASE]: helmRelease(''), ...files });
    expect(Object.keys(await edit(helmRelease(VALUES), DNS, { files, earlier: async () => [same] }))).toEqual([RELEASE]);
  });
});
