import { parse } from '@fleetmend/kernel';
import type { SourceOrigin } from '@fleetmend/plugin-api';
import { treeOf } from '@fleetmend/plugin-api/conformance';
import { rendererPath } from '@fleetmend/render';
import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { CHECKOUT, MISSING_HELM } from '../spec-chart.fixture.ts';
import { argocdMultisource } from './argocd-multisource.ts';
import { CHART, SHOP, VALUES, multiSource } from './spec-support/layouts.ts';

const layout = await argocdMultisource.create(parse(argocdMultisource.config, {}, 'config'), { clock: new VirtualClock(), fetch, stateDir: '', searchPath: rendererPath(process.env), log: { info: () => undefined, warn: () => undefined } });
const PLAIN = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: checkout}\nspec:\n  replicas: 4   # by hand\n';
const files = { ...SHOP.files, 'extra/checkout.yaml': PLAIN };

async function located(application = SHOP.application) {
  const tree = treeOf(files);
  const origin = (await layout.locate({ cluster: 'prod-1', target: CHECKOUT, application, binding: { selects: {}, forgeRef: 'f', repository: 'fleet', branch: 'main', editablePaths: ['**'] }, tree })) as SourceOrigin;
  return { tree, origin };
}

describe.skipIf(MISSING_HELM !== undefined)(`several sources${MISSING_HELM === undefined ? '' : ` (skipped: ${MISSING_HELM})`}`, () => {
  it('of which two render the object: the last one is edited', async () => {
    const { tree, origin } = await located();
    expect(await layout.edit({ origin, change: { object: CHECKOUT, fields: [{ path: ['spec', 'replicas'], value: 5 }] }, tree, isEditable: () => true, staysInside: async () => true })).toMatchObject([{ path: 'extra/checkout.yaml', after: PLAIN.replace('4', '5') }]);
  });

  it('in another order: the chart has the last word', async () => {
    const { tree, origin } = await located(multiSource({ path: 'extra' }, CHART, VALUES));
    expect(await layout.edit({ origin, change: { object: CHECKOUT, fields: [{ path: ['spec', 'replicas'], value: 5 }] }, tree, isEditable: () => true, staysInside: async () => true })).toMatchObject([{ path: 'teams/shop/prod.yaml', after: expect.stringContaining('replicas: 5') }]);
  });

  it('render each object once', async () => {
    const { tree, origin } = await located();
    expect((await layout.render({ origin, tree })).filter(({ kind }) => kind === 'Deployment')).toHaveLength(1);
  });
});
