import { parse } from '@fleetmend/kernel';
import type { FieldChange } from '@fleetmend/model';
import type { SourceOrigin } from '@fleetmend/plugin-api';
import { type LayoutCase, treeOf } from '@fleetmend/plugin-api/conformance';
import { rendererPath } from '@fleetmend/render';
import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { CHECKOUT, MEMORY, MISSING_HELM } from '../spec-chart.fixture.ts';
import { argocdApplicationset } from './argocd-applicationset.ts';
import { CONFIG, FILES, SHOP, applicationSet, madeApplication } from './spec-support/layouts.ts';

const layout = await argocdApplicationset.create(parse(argocdApplicationset.config, {}, 'config'), { clock: new VirtualClock(), fetch, stateDir: '', searchPath: rendererPath(process.env), log: { info: () => undefined, warn: () => undefined } });
const IMAGE = ['spec', 'template', 'spec', 'containers', '[name=app]', 'image'];

async function edit(files: Readonly<Record<string, string>>, field: FieldChange, rest: Partial<LayoutCase> = {}) {
  const { application, editablePaths, ...shop } = { ...SHOP, ...rest };
  const tree = treeOf({ ...shop.files, ...files });
  const origin = (await layout.locate({ cluster: 'prod-1', target: CHECKOUT, application, binding: { selects: {}, forgeRef: 'f', repository: 'fleet', branch: 'main', editablePaths: [...editablePaths] }, tree })) as SourceOrigin;
  const edits = await layout.edit({ origin, change: { object: CHECKOUT, fields: [field] }, tree, isEditable: (path) => !path.startsWith('charts/'), staysInside: async () => true });
  return edits.map(({ path, after }) => [path, after]);
}

describe.skipIf(MISSING_HELM !== undefined)(`an Application that an ApplicationSet makes${MISSING_HELM === undefined ? '' : ` (skipped: ${MISSING_HELM})`}`, () => {
  it('is changed by the file that only its parameters come from', async () => {
    expect(await edit({}, { path: [...MEMORY], value: '128Mi' })).toEqual([['fleet/prod-1/config.yaml', CONFIG.replace('64Mi', '128Mi')]]);
  });

  it('by a part of a value, as templates put it together', async () => {
    const files = { 'sets/checkout.yaml': applicationSet({ helm: '{releaseName: checkout, valuesObject: {resources: {limits: {memory: "{{ .mebibytes }}Mi"}}}}' }), 'fleet/prod-1/config.yaml': 'cluster: {name: prod-1}\nmebibytes: 64\n' };
    expect(await edit(files, { path: [...MEMORY], value: '128Mi' })).toEqual([['fleet/prod-1/config.yaml', 'cluster: {name: prod-1}\nmebibytes: 128\n']]);
  });

  it('of the old kind of template, with JSON', async () => {
    const files = { 'sets/checkout.yaml': applicationSet({ goTemplate: false, name: '{{cluster.name}}', generators: FILES.replace('config.yaml', 'config.json'), helm: '{releaseName: checkout, values: "image:\\n  tag: \'{{app.tag}}\'\\n"}' }), 'fleet/prod-1/config.json': '{"cluster": {"name": "prod-1"}, "app": {"tag": "7"}}\n' };
    expect(await edit(files, { path: IMAGE, value: 'shop:6' })).toEqual([['fleet/prod-1/config.json', files['fleet/prod-1/config.json'].replace('"7"', '"6"')]]);
  });

  it('by the values file that its parameters lead to', async () => {
    const files = { 'sets/checkout.yaml': applicationSet({ helm: '{releaseName: checkout, valueFiles: ["/fleet/{{ .path.basename }}/values.yaml"]}' }), 'fleet/prod-1/values.yaml': 'replicas: 2\n', 'fleet/prod-2/values.yaml': 'replicas: 2\n' };
    expect(await edit(files, { path: ['spec', 'replicas'], value: 3 })).toEqual([['fleet/prod-1/values.yaml', 'replicas: 3\n']]);
  });

  it('by the element that is its own, of a file that holds a list', async () => {
    const files = { 'fleet/prod-1/config.yaml': '- cluster: {name: prod-1}\n  memory: 64Mi\n- cluster: {name: prod-3}\n  memory: 64Mi\n' };
    expect(await edit(files, { path: [...MEMORY], value: '128Mi' })).toEqual([['fleet/prod-1/config.yaml', '- cluster: {name: prod-1}\n  memory: 128Mi\n- cluster: {name: prod-3}\n  memory: 64Mi\n']]);
  });

  it.each([
    ['its template', applicationSet({ helm: '{releaseName: checkout, valuesObject: {resources: {limits: {memory: 64Mi}}}}' })],
    ['an element of its list', applicationSet({ generators: '[{list: {elements: [{cluster: {name: prod-1}, memory: 64Mi}, {cluster: {name: prod-2}, memory: 96Mi}]}}]' })],
  ])('is for a person where %s says the value', async (_, set) => {
    await expect(edit({ 'sets/checkout.yaml': set, 'fleet/prod-1/config.yaml': 'cluster: {name: prod-1}\n' }, { path: [...MEMORY], value: '128Mi' })).rejects.toMatchObject({ reason: 'NotEditable', message: expect.stringContaining('ApplicationSet checkout: its template is shared') });
  });

  it('is taken as it is live where the set lies in another repository', async () => {
    const application = madeApplication({ helm: { releaseName: 'checkout', valueFiles: ['/fleet/prod-1/values.yaml'] } });
    const { 'sets/checkout.yaml': _, ...files } = SHOP.files;
    expect(await edit({ 'fleet/prod-1/values.yaml': 'replicas: 2\n' }, { path: ['spec', 'replicas'], value: 3 }, { application, files })).toEqual([['fleet/prod-1/values.yaml', 'replicas: 3\n']]);
  });
});
