import { parse } from '@fleetmend/kernel';
import type { FieldChange } from '@fleetmend/model';
import type { SourceOrigin } from '@fleetmend/plugin-api';
import { treeOf } from '@fleetmend/plugin-api/conformance';
import { rendererPath } from '@fleetmend/render';
import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { CHECKOUT, MEMORY, MISSING_HELM } from '../spec-chart.fixture.ts';
import { fluxHelmrelease } from './flux-helmrelease.ts';
import { CONFIG, SHOP, helmRelease } from './spec-support/layouts.ts';

const layout = await fluxHelmrelease.create(parse(fluxHelmrelease.config, {}, 'config'), { clock: new VirtualClock(), fetch, stateDir: '', searchPath: rendererPath(process.env), log: { info: () => undefined, warn: () => undefined } });
const REPLICAS: FieldChange = { path: ['spec', 'replicas'], value: 4 };

async function edit(release: string, field: FieldChange, more: Readonly<Record<string, string>> = {}) {
  const tree = treeOf({ ...SHOP.files, 'clusters/prod/checkout.yaml': release, ...more });
  const origin = (await layout.locate({ cluster: 'prod-1', target: CHECKOUT, application: SHOP.application, binding: { selects: {}, forgeRef: 'f', repository: 'fleet', branch: 'main', editablePaths: ['**'] }, tree })) as SourceOrigin;
  return layout.edit({ origin, change: { object: CHECKOUT, fields: [field] }, tree, isEditable: () => true, staysInside: async () => true });
}
const FROM = '  valuesFrom:\n    - {kind: ConfigMap, name: checkout-values}\n';

describe.skipIf(MISSING_HELM !== undefined)(`a value of a HelmRelease${MISSING_HELM === undefined ? '' : ` (skipped: ${MISSING_HELM})`}`, () => {
  it('of its own wins over what a ConfigMap says', async () => {
    expect(await edit(helmRelease(`${FROM}  values:\n    replicas: 5\n`), REPLICAS)).toMatchObject([{ path: 'clusters/prod/checkout.yaml', after: expect.stringContaining('replicas: 4') }]);
  });

  it('that only a ConfigMap says is changed inside its text', async () => {
    expect(await edit(helmRelease(FROM), REPLICAS)).toMatchObject([{ path: 'clusters/prod/values.yaml', after: CONFIG.replace('replicas: 3', 'replicas: 4') }]);
  });

  it('that a ConfigMap puts at a path wins over everything', async () => {
    const config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: size, namespace: shop}\ndata: {replicas: "7"}\n';
    expect(await edit(helmRelease('  valuesFrom:\n    - {kind: ConfigMap, name: size, valuesKey: replicas, targetPath: replicas}\n  values:\n    replicas: 5\n'), REPLICAS, { 'clusters/prod/size.yaml': config })).toMatchObject([{ path: 'clusters/prod/size.yaml', after: config.replace('"7"', '"4"') }]);
  });

  it('that a Secret may set is for a person', async () => {
    await expect(edit(helmRelease('  valuesFrom:\n    - {kind: Secret, name: size, valuesKey: replicas, targetPath: replicas}\n'), REPLICAS)).rejects.toMatchObject({ reason: 'NotEditable', message: expect.stringContaining('Secret size sets it') });
  });

  it('is changed where a kustomize overlay of the release says it', async () => {
    const patch = 'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: checkout, namespace: shop}\nspec:\n  values:\n    resources:\n      limits:\n        memory: 64Mi\n';
    const more = { 'clusters/prod/kustomization.yaml': 'resources: [checkout.yaml]\npatches:\n  - path: memory.yaml\n', 'clusters/prod/memory.yaml': patch };
    expect(await edit(helmRelease('  values:\n    replicas: 5\n'), { path: [...MEMORY], value: '96Mi' }, more)).toMatchObject([{ path: 'clusters/prod/memory.yaml', after: patch.replace('64Mi', '96Mi') }]);
  });

  it('is carried by the Kustomization, too, whose patches may say it', async () => {
    const fleet = 'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: fleet, namespace: flux-system}\nspec: {path: ./clusters/prod}\n';
    const object = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata: { name: 'fleet', namespace: 'flux-system' } };
    const tree = treeOf({ ...SHOP.files, 'clusters/prod/kustomization.yaml': 'resources: [checkout.yaml, values.yaml]\n', 'root/fleet.yaml': fleet });
    const origin = await layout.locate({ cluster: 'prod-1', target: CHECKOUT, application: SHOP.application && { ...SHOP.application, object }, binding: { selects: {}, forgeRef: 'f', repository: 'fleet', branch: 'main', editablePaths: ['**'] }, tree });
    expect(origin?.carriers?.map(({ kind }) => kind)).toEqual(['HelmRelease', 'ConfigMap', 'Kustomization']);
  });
});
