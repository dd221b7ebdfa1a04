import { PermanentError, parse } from '@fleetmend/kernel';
import type { FieldChange, FileEdit } from '@fleetmend/model';
import type { Application, DeployedChart, SourceLayout, SourceOrigin } from '@fleetmend/plugin-api';
import { ANYWHERE, treeOf } from '@fleetmend/plugin-api/conformance';
import { withElsewhere, type ChartReference, type Repository } from '@fleetmend/ports';
import { rendererPath } from '@fleetmend/render';
import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { argocdApplicationset, argocdMultisource, fluxHelmrelease, helm } from './index.ts';
import { argoApplication } from './helm/spec-support/layouts.ts';
import { multiSource } from './argocd-multisource/spec-support/layouts.ts';
import { SHOP as FLUX_SHOP } from './flux-helmrelease/spec-support/layouts.ts';
import { CHECKOUT, MEMORY, MISSING_HELM, aChart } from './spec-chart.fixture.ts';

const deps = { clock: new VirtualClock(), fetch, stateDir: '', searchPath: rendererPath(process.env), log: { info: () => undefined, warn: () => undefined } };
const layouts: Readonly<Record<string, SourceLayout>> = {
  helm: await helm.create(parse(helm.config, {}, 'config'), deps),
  multi: await argocdMultisource.create(parse(argocdMultisource.config, {}, 'config'), deps),
  set: await argocdApplicationset.create(parse(argocdApplicationset.config, {}, 'config'), deps),
  flux: await fluxHelmrelease.create(parse(fluxHelmrelease.config, {}, 'config'), deps),
};

const REPOSITORY = 'https://charts.example.org/stable';
const DIGEST = `sha256:${'d'.repeat(64)}`;
const FOLDER = `.fleetmend/elsewhere/charts.example.org/stable/checkout-1.0.0@${'d'.repeat(64)}`;
const CHART = Object.fromEntries(Object.entries(aChart('x')).map(([path, text]) => [path.slice(2), text]));
const deployed = (rest: Partial<DeployedChart> = {}): DeployedChart => ({ from: REPOSITORY, repository: REPOSITORY, name: 'checkout', asked: '1.x', version: '1.0.0', ...rest });
const SOURCE = { repoURL: REPOSITORY, chart: 'checkout', targetRevision: '1.x' };
const MEMORY_TO_128: FieldChange = { path: [...MEMORY], value: '128Mi' };
const REPLICAS: FieldChange = { path: ['spec', 'replicas'], value: 4 };

interface Case {
  readonly layout: keyof typeof layouts;
  readonly files: Readonly<Record<string, string>>;
  readonly application: Application;
  readonly refusing?: string;
  readonly chart?: Readonly<Record<string, string>>;
}

/** The layout over a repository beside which the chart is shown; it notes which were asked for. */
async function opened({ layout: kind, files, application, refusing, chart = CHART }: Case) {
  const asked: ChartReference[] = [];
  const repository = withElsewhere({ tree: async () => treeOf(files) } as unknown as Repository, {
    open: async ({ url }) => (url.endsWith('/fleet.git') ? 'Own' : undefined),
    charts: {
      async fetch(reference) {
        asked.push(reference);
        if (refusing !== undefined) throw new PermanentError('ChartUnavailable', refusing);
        return { digest: DIGEST, tree: treeOf(chart, DIGEST) };
      },
    },
  });
  const tree = await repository.tree('a'.repeat(40));
  const layout = layouts[kind] as SourceLayout;
  const locate = () => layout.locate({ cluster: 'prod-1', target: CHECKOUT, application, binding: { selects: {}, forgeRef: 'f', repository: 'fleet', branch: 'main', editablePaths: ['**'] }, tree }) as Promise<SourceOrigin>;
  const edit = async (field: FieldChange): Promise<readonly FileEdit[]> => layout.edit({ origin: await locate(), change: { object: CHECKOUT, fields: [field] }, tree, ...ANYWHERE });
  return { asked, tree, layout, locate, edit };
}

const manifest = (source: string) => `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: checkout, namespace: argocd}\nspec:\n  destination: {namespace: shop}\n  source:\n    repoURL: ${REPOSITORY}\n    chart: checkout\n    targetRevision: 1.x\n${source}`;
const alone = (helmPart: string, rest: Partial<Application> = {}): Case => ({
  layout: 'helm',
  files: { 'apps/checkout.yaml': manifest(helmPart) },
  application: { ...argoApplication({ ...SOURCE, path: undefined }), charts: [deployed()], renderedBy: argoApplication({}).ref, ...rest },
});
const VALUES = { ref: 'values', targetRevision: 'main' };
const beside: Case = {
  layout: 'multi',
  files: { 'envs/prod.yaml': '# production\nresources:\n  limits:\n    memory: 64Mi   # measured\n' },
  application: { ...multiSource({ ...SOURCE, helm: { valueFiles: ['$values/envs/prod.yaml'] } }, VALUES), charts: [deployed()] },
};
const release = (spec: string) => `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: checkout, namespace: shop}\nspec:\n${spec}  values:\n    resources:\n      limits:\n        memory: 64Mi   # measured\n`;
const FROM_REPOSITORY = '  chart: {spec: {chart: checkout, version: 1.x, sourceRef: {kind: HelmRepository, name: charts, namespace: flux-system}}}\n';
const flux = (spec = FROM_REPOSITORY, chart: Partial<DeployedChart> = {}, more: Readonly<Record<string, string>> = {}): Case => ({
  layout: 'flux',
  files: { 'clusters/prod/checkout.yaml': release(spec), ...more },
  application: { ...(FLUX_SHOP.application as Application), charts: [deployed({ from: 'HelmRepository flux-system/charts', ...chart })] },
});

describe.skipIf(MISSING_HELM !== undefined)(`a chart of a chart repository${MISSING_HELM === undefined ? '' : ` (skipped: ${MISSING_HELM})`}`, () => {
  it('has its values edited in the Application that names it, at the version that a range came to', async () => {
    const { asked, edit, locate } = await opened(alone('    helm:\n      valuesObject:\n        resources: {limits: {memory: 64Mi}}   # measured\n'));
    expect(await edit(MEMORY_TO_128)).toMatchObject([{ path: 'apps/checkout.yaml', after: expect.stringContaining('resources: {limits: {memory: 128Mi}}   # measured') }]);
    expect(asked).toEqual([{ repository: REPOSITORY, name: 'checkout', version: '1.0.0' }]);
    expect(await locate()).toMatchObject({
      root: FOLDER,
      path: 'apps/checkout.yaml',
      charts: [{ repository: REPOSITORY, name: 'checkout', version: '1.0.0', digest: DIGEST }],
      evidence: expect.arrayContaining([expect.stringContaining(`installs the chart checkout 1.0.0 of charts.example.org/stable (${DIGEST})`)]),
    });
  });

  it('has a value that only it says written beside its name', async () => {
    const { edit } = await opened(alone(''));
    expect(await edit(REPLICAS)).toMatchObject([{ path: 'apps/checkout.yaml', after: manifest('    helm:\n      valuesObject:\n        replicas: 4\n') }]);
  });

  it.each<[string, Case]>([['an Application', alone('')], ['a HelmRelease', flux()]])('that only puts others together has their values said under the name that it has for them, in %s', async (_, one) => {
    const inner = Object.fromEntries(Object.entries(CHART).map(([path, text]) => [`charts/checkout-1.0.0/${path}`, text]));
    const chart = { ...inner, 'Chart.yaml': 'apiVersion: v2\nname: checkout\nversion: 1.0.0\ndependencies:\n  - {name: checkout, version: 1.0.0, alias: shop}\n' };
    const { edit } = await opened({ ...one, chart });
    expect(await edit(REPLICAS)).toMatchObject([{ after: expect.stringMatching(/ shop:\n +replicas: 4\n/) }]);
  });

  it('has values in a text edited inside that', async () => {
    const { edit } = await opened(alone('    helm:\n      values: |\n        replicas: 2\n'));
    expect(await edit(REPLICAS)).toMatchObject([{ after: manifest('    helm:\n      values: |\n        replicas: 4\n') }]);
  });

  it('has values of a file in Git edited there, be they said or new', async () => {
    const { edit } = await opened(beside);
    expect(await edit(MEMORY_TO_128)).toMatchObject([{ path: 'envs/prod.yaml', after: expect.stringContaining('memory: 128Mi   # measured') }]);
    expect(await edit(REPLICAS)).toMatchObject([{ path: 'envs/prod.yaml', after: `${beside.files['envs/prod.yaml'] ?? ''}replicas: 4\n` }]);
  });

  it('of an Application that an ApplicationSet makes has values edited in its own file', async () => {
    const set = 'apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all, namespace: argocd}\nspec:\n  goTemplate: true\n  generators: [{list: {elements: [{env: prod}]}}]\n  template:\n    metadata: {name: checkout}\n    spec:\n      destination: {namespace: shop}\n      sources:\n        - {repoURL: REPO, chart: checkout, targetRevision: 1.x, helm: {valueFiles: ["$values/envs/{{ .env }}.yaml"]}}\n        - {repoURL: "http://git.fleet.local/fleet.git", ref: values}\n'.replace('REPO', REPOSITORY);
    const { application } = beside;
    const object = { ...application.object, metadata: { name: 'checkout', namespace: 'argocd', ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'all', uid: 'u' }] } } as Application['object'];
    const { edit } = await opened({ ...beside, layout: 'set', files: { ...beside.files, 'sets/all.yaml': set }, application: { ...application, object } });
    expect(await edit(MEMORY_TO_128)).toMatchObject([{ path: 'envs/prod.yaml', after: expect.stringContaining('memory: 128Mi') }]);
  });

  it('of a HelmRelease has its values edited there', async () => {
    const { edit, locate } = await opened(flux());
    expect(await edit(MEMORY_TO_128)).toMatchObject([{ path: 'clusters/prod/checkout.yaml', after: release(FROM_REPOSITORY).replace('64Mi', '128Mi') }]);
    expect(await locate()).toMatchObject({ root: FOLDER, charts: [{ version: '1.0.0', digest: DIGEST }] });
  });

  it('of a HelmRelease gets a patch where no value reaches the field', async () => {
    const { edit } = await opened(flux());
    expect(await edit({ path: ['spec', 'template', 'spec', 'dnsPolicy'], value: 'ClusterFirst' })).toMatchObject([{ path: 'clusters/prod/checkout.yaml', after: expect.stringMatching(/postRenderers:[^]*dnsPolicy: ClusterFirst/) }]);
  });

  it('of an OCIRepository is asked for by the digest that was deployed', async () => {
    const oci = { from: 'OCIRepository shop/checkout', repository: 'oci://registry.example.org/charts/checkout', asked: '{"ref":{"semver":"1.x"},"url":"oci://registry.example.org/charts/checkout"}', version: '1.0.0+dddddddddddd', digest: DIGEST };
    const source = 'apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: checkout, namespace: shop}\nspec: {url: "oci://registry.example.org/charts/checkout", ref: {semver: 1.x}}\n';
    const { asked, edit } = await opened(flux('  chartRef: {kind: OCIRepository, name: checkout}\n', oci, { 'clusters/prod/source.yaml': source }));
    expect(await edit(MEMORY_TO_128)).toMatchObject([{ path: 'clusters/prod/checkout.yaml' }]);
    expect(asked).toEqual([{ repository: oci.repository, name: 'checkout', version: oci.version, digest: DIGEST }]);
    const moved = await opened(flux('  chartRef: {kind: OCIRepository, name: checkout}\n', oci, { 'clusters/prod/source.yaml': source.replace('1.x', '2.x') }));
    await expect(moved.edit(MEMORY_TO_128)).rejects.toMatchObject({ reason: 'ChartUnavailable', message: expect.stringContaining('let it deploy what Git says') });
  });

  it('is not fetched to tell which files lead to it', async () => {
    for (const one of [alone('    helm: {valuesObject: {replicas: 2}}\n'), beside, flux()]) {
      const { asked, layout, tree } = await opened(one);
      const root = await layout.rootOf({ application: one.application, tree });
      expect(root?.includes).toEqual(expect.arrayContaining([one.layout === 'flux' ? 'clusters/prod' : Object.keys(one.files)[0]]));
      expect(asked).toEqual([]);
    }
  });

  it('is taken at the exact version that Git asks for, whatever is deployed', async () => {
    const one = alone('    helm: {valuesObject: {replicas: 2}}\n');
    const { asked, edit } = await opened({ ...one, files: { 'apps/checkout.yaml': (one.files['apps/checkout.yaml'] ?? '').replace('1.x', '1.1.0') } });
    await edit(REPLICAS);
    expect(asked[0]).toMatchObject({ version: '1.1.0' });
  });

  it.each<[string, Case, RegExp]>([
    ['nobody may fetch it', { ...alone(''), refusing: 'hub.charts.repositories does not name it' }, /^Application\/argocd\/checkout installs the chart checkout of https:\/\/charts\.example\.org\/stable, which is not in the repository and cannot be rendered here: hub\.charts\.repositories does not name it$/],
    ['the engine does not say where it is from', alone('', { charts: [] }), /the engine does not say that it takes a chart from/],
    ['a range was never deployed', alone('', { charts: [deployed({ version: undefined })] }), /has not deployed it from there yet, so nobody can tell which version it would take/],
    ['Git asks for another range', alone('', { charts: [deployed({ asked: '2.x' })] }), /Git asks for another range of versions than the engine was asked for/],
    ['its HelmRepository is another one in Git', flux(FROM_REPOSITORY, {}, { 'clusters/prod/repo.yaml': 'apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: charts, namespace: flux-system}\nspec: {url: "https://charts.example.org/stab"}\n' }), /does not say that it takes a chart from HelmRepository flux-system\/charts/],
  ])('is for people when %s', async (_, one, says) => {
    const { locate } = await opened(one);
    await expect(locate()).rejects.toMatchObject({ reason: 'ChartUnavailable', message: expect.stringMatching(says) });
  });

  it('is for people when no Application applies the one that names it', async () => {
    const { locate } = await opened(alone('', { sources: [] }));
    await expect(locate()).rejects.toMatchObject({ reason: 'NotEditable', message: expect.stringContaining('nobody could tell when a commit reaches it') });
  });

  it('is never edited itself', async () => {
    const { edit } = await opened(alone('    helm: {valuesObject: {replicas: 2}}\n'));
    await expect(edit({ path: ['spec', 'template', 'spec', 'dnsPolicy'], value: 'ClusterFirst' })).rejects.toMatchObject({ reason: 'NotEditable', message: expect.stringContaining('charts.example.org/stable/checkout-1.0.0@dddddddd exposes no value for') });
  });
});
