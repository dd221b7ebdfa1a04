import { parse } from '@fleetmend/kernel';
import type { FieldChange } from '@fleetmend/model';
import type { EditInput, SourceOrigin } from '@fleetmend/plugin-api';
import { type LayoutCase, treeOf } from '@fleetmend/plugin-api/conformance';
import { rendererPath } from '@fleetmend/render';
import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { CHECKOUT, MEMORY, MISSING_HELM } from '../spec-chart.fixture.ts';
import { helm } from './helm.ts';
import { MANIFEST, SHOP, argoApplication } from './spec-support/layouts.ts';

const layout = await helm.create(parse(helm.config, {}, 'config'), { clock: new VirtualClock(), fetch, stateDir: '', searchPath: rendererPath(process.env), log: { info: () => undefined, warn: () => undefined } });
const IMAGE = ['spec', 'template', 'spec', 'containers', '[name=app]', 'image'];

async function edit(rest: Partial<LayoutCase>, field: FieldChange, more: Partial<EditInput> = {}, everywhere = false) {
  const { files, application, editablePaths } = { ...SHOP, ...rest };
  const tree = treeOf(files);
  const origin = (await layout.locate({ cluster: 'prod-1', target: CHECKOUT, application, binding: { selects: {}, forgeRef: 'f', repository: 'fleet', branch: 'main', editablePaths: [...editablePaths] }, tree })) as SourceOrigin;
  return layout.edit({ origin, change: { object: CHECKOUT, fields: [field], everywhere }, tree, isEditable: (path) => !path.startsWith('closed/'), staysInside: async () => true, ...more });
}
const withHelm = (text: string) => ({ files: { ...SHOP.files, 'root/checkout.yaml': MANIFEST.replace(/helm:[^]*$/, text) } });

describe.skipIf(MISSING_HELM !== undefined)(`a value of a chart${MISSING_HELM === undefined ? '' : ` (skipped: ${MISSING_HELM})`}`, () => {
  it('is changed in the last file that says it, comment and all', async () => {
    expect(await edit({}, { path: [...MEMORY], value: '128Mi' })).toEqual([{ path: 'envs/prod.yaml', before: SHOP.files['envs/prod.yaml'], after: '# production\nresources:\n  limits:\n    memory: 128Mi   # measured\n' }]);
  });

  it('that only the chart says goes into the last values file, and the chart stays', async () => {
    expect(await edit({}, { path: [...IMAGE], value: 'shop:2' })).toMatchObject([{ path: 'envs/prod.yaml', after: expect.stringContaining('tag: "2"') }]);
  });

  it('in another file than the last is changed there', async () => {
    expect(await edit({}, { path: ['spec', 'replicas'], value: 3 })).toMatchObject([{ path: 'envs/common.yaml', after: '# everywhere\nreplicas: 3\n' }]);
  });

  it('is said once more in the file of one environment, where others read the one that says it', async () => {
    const tree = treeOf(SHOP.files);
    const origin = (await layout.locate({ cluster: 'prod-1', target: CHECKOUT, application: SHOP.application, binding: { selects: {}, forgeRef: 'f', repository: 'fleet', branch: 'main', editablePaths: ['**'] }, tree })) as SourceOrigin;
    const edits = await layout.edit({ origin, change: { object: CHECKOUT, fields: [{ path: ['spec', 'replicas'], value: 3 }] }, tree, isEditable: () => true, staysInside: async (all) => all.every(({ path }) => path !== 'envs/common.yaml') });
    expect(edits).toMatchObject([{ path: 'envs/prod.yaml', after: `${SHOP.files['envs/prod.yaml']}replicas: 3\n` }]);
  });

  it('as a map leaves a text beside it unread', async () => {
    expect(await edit(withHelm('helm:\n      valuesObject: {replicas: 5}\n      values: |\n        resources: {limits: {memory: 256Mi}}\n'), { path: [...MEMORY], value: '96Mi' })).toMatchObject([{ path: 'root/checkout.yaml', after: expect.stringContaining('memory: 96Mi') }]);
  });

  it('that a template makes something else of goes back to what its file said earlier', async () => {
    const template = `${SHOP.files['charts/checkout/templates/deployment.yaml']}          env:\n            {{- range $name, $value := .Values.env }}\n            - {name: {{ $name }}, value: {{ $value | quote }}}\n            {{- end }}\n`;
    const files = { ...SHOP.files, 'charts/checkout/templates/deployment.yaml': template, 'envs/prod.yaml': 'env: {B: b}\n' };
    const earlier = async () => [treeOf({ ...files, 'envs/prod.yaml': 'env: {A: a, B: b}\n', 'envs/common.yaml': 'replicas: 9\n' })];
    const field = { path: [...MEMORY.slice(0, 5), 'env'], value: [{ name: 'A', value: 'a' }, { name: 'B', value: 'b' }] };
    expect(await edit({ files }, field, { earlier })).toMatchObject([{ path: 'envs/prod.yaml', after: 'env: {B: b, A: a}\n' }]);
    await expect(edit({ files }, field)).rejects.toMatchObject({ reason: 'NotEditable' });
  });

  it('that two workloads lost alike is mended for both, where it is wrong everywhere', async () => {
    const template = SHOP.files['charts/checkout/templates/deployment.yaml'] ?? '';
    const second = template.replace('name: {{ .Release.Name }}', 'name: {{ .Release.Name }}-worker');
    const files = { ...SHOP.files, 'charts/checkout/templates/worker.yaml': second };
    expect(await edit({ files }, { path: [...IMAGE], value: 'shop:2' }, {}, true)).toMatchObject([{ path: 'envs/prod.yaml', after: expect.stringContaining('tag: "2"') }]);
    await expect(edit({ files }, { path: [...IMAGE], value: 'shop:2' })).rejects.toMatchObject({ reason: 'NotEditable' });
  });

  it('takes the checksum in the pod template along', async () => {
    const template = `${SHOP.files['charts/checkout/templates/deployment.yaml']}`.replace('  template:\n', '  template:\n    metadata:\n      annotations: {checksum/values: {{ toJson .Values | sha256sum | quote }}}\n');
    expect(await edit({ files: { ...SHOP.files, 'charts/checkout/templates/deployment.yaml': template } }, { path: ['spec', 'replicas'], value: 3 })).toMatchObject([{ path: 'envs/common.yaml' }]);
  });

  it.each([
    ['a parameter', 'helm:\n      valueFiles: [../../envs/prod.yaml]\n      parameters:\n        - {name: image.tag, value: "7", forceString: true}\n', { path: [...IMAGE], value: 'shop:6' }, 'value: "6"'],
    ['values as a text', 'helm:\n      values: |\n        resources:\n          limits:\n            memory: 64Mi\n', { path: [...MEMORY], value: '96Mi' }, '            memory: 96Mi'],
    ['values as a map', 'helm:\n      valuesObject:\n        replicas: 5\n', { path: ['spec', 'replicas'], value: 6 }, 'replicas: 6'],
  ])('that %s says is changed in the Application', async (_, text, field, wanted) => {
    expect(await edit(withHelm(text), field)).toMatchObject([{ path: 'root/checkout.yaml', after: expect.stringContaining(wanted) }]);
  });

  it('of an Application that no file holds is closed', async () => {
    const { 'root/checkout.yaml': _, ...files } = SHOP.files;
    await expect(edit({ files, application: argoApplication({ helm: { valuesObject: { replicas: 5 } } }) }, { path: ['spec', 'replicas'], value: 6 })).rejects.toMatchObject({ reason: 'NotEditable' });
  });

  it('that a tool has overridden beside the chart is left to that tool', async () => {
    const files = { ...SHOP.files, 'charts/checkout/.argocd-source-checkout.yaml': 'helm:\n  parameters:\n    - {name: image.tag, value: "9", forceString: true}\n' };
    await expect(edit({ files }, { path: [...IMAGE], value: 'shop:2' })).rejects.toMatchObject({ reason: 'NotEditable', message: expect.stringContaining('.argocd-source-checkout.yaml') });
  });

  it('that the chart does not expose is for a person', async () => {
    await expect(edit({}, { path: ['spec', 'template', 'spec', 'dnsPolicy'], value: 'ClusterFirst' })).rejects.toMatchObject({ reason: 'NotEditable', message: expect.stringContaining('exposes no value for spec/template/spec/dnsPolicy') });
  });
});
