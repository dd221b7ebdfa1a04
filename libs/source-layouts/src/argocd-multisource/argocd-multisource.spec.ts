import { parse } from '@fleetmend/kernel';
import type { Application, SourceOrigin } from '@fleetmend/plugin-api';
import { ANYWHERE, treeOf } from '@fleetmend/plugin-api/conformance';
import { withElsewhere, type Repository } from '@fleetmend/ports';
import { rendererPath } from '@fleetmend/render';
import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { CHECKOUT, MEMORY, MISSING_HELM } from '../spec-chart.fixture.ts';
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

  describe('of which the chart lies in another repository', () => {
    const CHARTS = 'http://git.fleet.local/charts.git';
    const APPLIED = 'c'.repeat(40);
    const inCharts = Object.fromEntries(Object.entries(SHOP.files).filter(([path]) => path.startsWith('charts/')));
    const { 'teams/shop/common.yaml': common = '', 'teams/shop/prod.yaml': prod = '' } = SHOP.files;
    const memory = { object: CHECKOUT, fields: [{ path: [...MEMORY], value: '128Mi' }] };
    const binding = { selects: {}, forgeRef: 'f', repository: 'fleet', branch: 'main', editablePaths: ['**'] };
    /** What the layout is handed: a tree that shows the charts at the commit that was applied of them. */
    const opened = async (ownFiles: Readonly<Record<string, string>>, application: Application, asked: string[] = []) => {
      const repository = withElsewhere({ tree: async () => treeOf(ownFiles) } as unknown as Repository, { open: async ({ url, revision }) => {
        if (url !== CHARTS) return url.endsWith('/fleet.git') ? 'Own' : undefined;
        asked.push(revision);
        return { name: 'charts', tree: treeOf({ ...inCharts, 'teams/shop/prod.yaml': prod }, APPLIED) };
      } });
      const tree = await repository.tree('a'.repeat(40));
      return { tree, origin: (await layout.locate({ cluster: 'prod-1', target: CHECKOUT, application, binding, tree })) as SourceOrigin };
    };
    const applied = (application: Application): Application => ({ ...application, sources: [{ repoURL: CHARTS, path: 'charts/checkout', revision: 'main', applied: APPLIED }, { repoURL: 'http://git.fleet.local/fleet.git', path: '', revision: 'main' }] });
    const foreign = applied(multiSource({ ...CHART, repoURL: CHARTS }, VALUES));

    it('has its values edited where they are, beside the chart as it was applied', async () => {
      const asked: string[] = [];
      const { tree, origin } = await opened({ 'teams/shop/common.yaml': common, 'teams/shop/prod.yaml': prod }, foreign, asked);
      expect(origin).toMatchObject({ path: 'teams/shop/prod.yaml', evidence: expect.arrayContaining([expect.stringContaining('from charts@cccccccc/charts/checkout, with values from the chart')]) });
      expect(await layout.edit({ origin, change: memory, tree, ...ANYWHERE })).toEqual([{ path: 'teams/shop/prod.yaml', before: prod, after: prod.replace('64Mi', '128Mi') }]);
      expect(asked).toEqual([APPLIED]);
    });

    it('gets a value of its own where only the chart says one', async () => {
      const { tree, origin } = await opened({ 'teams/shop/common.yaml': common, 'teams/shop/prod.yaml': prod }, foreign);
      expect(await layout.edit({ origin, change: { object: CHECKOUT, fields: [{ path: ['spec', 'replicas'], value: 5 }] }, tree, ...ANYWHERE })).toMatchObject([{ path: 'teams/shop/prod.yaml', after: expect.stringContaining('replicas: 5') }]);
    });

    it('is left to people where the values lie there, too', async () => {
      const { tree, origin } = await opened({ 'extra/config.yaml': SHOP.files['extra/config.yaml'] ?? '' }, applied(multiSource({ ...CHART, repoURL: CHARTS, helm: { releaseName: 'checkout', valueFiles: ['/teams/shop/prod.yaml'] } }, { path: 'extra' })));
      await expect(layout.edit({ origin, change: memory, tree, ...ANYWHERE })).rejects.toMatchObject({ reason: 'NotEditable', message: expect.stringMatching(/values file charts@cccccccc\/teams\/shop\/prod\.yaml: it lies in another repository/) });
    });

    it('is left to people where nobody shows that repository', async () => {
      await expect(opened({ 'teams/shop/common.yaml': common, 'teams/shop/prod.yaml': prod }, multiSource({ ...CHART, repoURL: 'https://elsewhere.example.org/charts.git' }, VALUES))).rejects.toMatchObject({ reason: 'NotEditable', message: expect.stringContaining('elsewhere.example.org/charts.git at HEAD') });
    });
  });
});
