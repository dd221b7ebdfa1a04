import { PermanentError } from '@fleetmend/kernel';
import type { FieldChange, KubeObject, RepoBindingSpec } from '@fleetmend/model';
import type { Application, GitOpsEngine, SourceLayout } from '@fleetmend/plugin-api';
import { treeOf } from '@fleetmend/plugin-api/conformance';
import { ClusterSilentError } from '@fleetmend/ports';
import { describe, expect, it } from 'vitest';
import { raw } from '../../../source-layouts/src/raw/raw.ts';
import type { StageDeps } from '../stage.ts';
import { fleetRoots, reachedBy, rootsOutside } from './fleet-roots.ts';
import type { Place } from './places.ts';
import { prove, usedCharts } from './prove.ts';
import type { Source } from './source.ts';

const layout = raw.create({}, {} as never) as SourceLayout;
const WEB = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  replicas: 2\n  list: [{name: a, v: 1}, {name: b}]\n';
const files = { 'apps/web.yaml': WEB, 'broken/x.yaml': 'kind: [\n', 'apps/ns.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n', 'other/x.yaml': WEB.replaceAll('web', 'x') };
const target: KubeObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } };
const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };

function application(name: string, path: string, rest: Partial<Application> = {}): Application {
  return { engine: 'flux', ref: { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', namespace: 'flux-system', name }, sources: [{ repoURL: 'http://git.fleet.local/acme/fleet.git', path, revision: 'main' }], applied: undefined, refused: undefined, evidence: [], ...rest };
}

interface World {
  /** What each cluster applies besides the target's own application; `silent`: it does not answer. */
  readonly clusters?: Readonly<Record<string, readonly Application[] | 'silent' | 'unreadable'>>;
  readonly request?: readonly string[];
  readonly fields?: readonly FieldChange[];
  readonly edit?: (text: string) => string;
  readonly layouts?: readonly SourceLayout[];
  /** Clusters of the request that render another folder than the first. */
  readonly elsewhere?: readonly string[];
}

async function proof({ clusters = {}, request = ['prod-1'], fields = [{ path: ['spec', 'replicas'], value: 3 }], edit = (text) => text.replace('replicas: 2', 'replicas: 3'), layouts = [layout], elsewhere = [] }: World) {
  const tree = treeOf(files);
  const own = application('own', './apps');
  const all: Readonly<Record<string, readonly Application[] | 'silent' | 'unreadable'>> = { ...clusters, 'prod-1': [own, ...(Array.isArray(clusters['prod-1']) ? clusters['prod-1'] : [])] };
  const engine: GitOpsEngine = {
    kind: 'flux',
    findApplication: async () => own,
    listApplications: async ({ cluster }) => {
      const answer = all[cluster] ?? [];
      if (answer === 'silent') throw new ClusterSilentError(`${cluster} is silent`);
      if (answer === 'unreadable') throw new PermanentError('Malformed', `${cluster} has an odd object`);
      return answer;
    },
    readRollout: async () => ({ state: 'Unknown', revision: undefined, message: '' }),
  };
  const deps = { engines: [engine], layouts, clusters: {}, settings: { clusters: async () => Object.keys(all).map((name) => ({ name, labels: {}, spec: {} })) } } as unknown as StageDeps;
  const binding = { spec: { repository: 'acme/fleet', branch: 'main' } as RepoBindingSpec } as Source['binding'];
  const source = { cluster: 'prod-1', target, layout, binding, application: own, origin: { layout: 'raw', root: 'apps', includes: ['apps'], path: 'apps/web.yaml', document: 0, evidence: [] } };
  const fleet = await fleetRoots(deps, source, tree);
  const outside = await rootsOutside(source, { roots: fleet.roots, tree, clusters: request });
  const edits = [{ path: 'apps/web.yaml', before: WEB, after: edit(WEB) }];
  const place = (cluster: string, origin = source.origin): Place => ({ source: { ...source, cluster, origin } as unknown as Source, change: { object: ref, fields }, base: target });
  const others = request.filter((cluster) => cluster !== 'prod-1').map((cluster) => place(cluster, elsewhere.includes(cluster) ? { ...source.origin, root: 'other', includes: ['other'] } : source.origin));
  return { ...(await prove([place('prod-1'), ...others], tree, { edits, fleet })), outside };
}

describe('the proof', () => {
  it('is exact when the one application shows the intended change and nothing else', async () => {
    expect(await proof({})).toMatchObject({ exact: true, reach: { objects: 1, applications: 1, clusters: 1 } });
  });

  it.each<readonly [what: string, world: World]>([
    ['another value than intended', { edit: (text) => text.replace('replicas: 2', 'replicas: 4') }],
    ['a second field', { edit: (text) => text.replace('replicas: 2', 'replicas: 3').replace('v: 1', 'v: 2') }],
    ['another object', { edit: (text) => `${text.replace('replicas: 2', 'replicas: 3')}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: new}\n` }],
  ])('is not exact with %s', async (_, world) => {
    expect(await proof(world)).toMatchObject({ exact: false });
  });

  it('knows maps, lists and items that are taken out for what they are', async () => {
    const list = ['spec', 'list'];
    expect(await proof({ fields: [{ path: list, value: [{ name: 'b' }] }], edit: (text) => text.replace('{name: a, v: 1}, ', '') })).toMatchObject({ exact: true });
    expect(await proof({ fields: [{ path: [...list, '[name=a]'], value: undefined }], edit: (text) => text.replace('{name: a, v: 1}, ', '') })).toMatchObject({ exact: true });
    expect(await proof({ fields: [{ path: [...list, '-'], value: { name: 'c' } }], edit: (text) => text.replace('{name: b}', '{name: b}, {name: c}') })).toMatchObject({ exact: true });
    expect(await proof({ fields: [{ path: [...list, '[name=a]', 'v'], value: undefined }], edit: (text) => text.replace('{name: a, v: 1}, ', '') })).toMatchObject({ exact: false });
  });

  it('refuses an edit that shows nowhere', async () => {
    await expect(proof({ edit: (text) => `${text}# why\n` })).rejects.toMatchObject({ reason: 'WrongLayer' });
  });
});

it('the proof names each archive that was rendered once, over all clusters', () => {
  const chart = (digest: string) => ({ repository: 'https://charts.example.org', name: 'web', version: '1.0.0', digest });
  const at = (...charts: readonly ReturnType<typeof chart>[]) => ({ source: { origin: { charts } } }) as unknown as Place;
  expect(usedCharts({ places: [at(chart('sha256:a')), at(chart('sha256:a')), at(chart('sha256:b'))] })).toEqual({ charts: [chart('sha256:a'), chart('sha256:b')] });
  expect(usedCharts({ places: [at()] })).toEqual({});
});

describe('the proof over the fleet', () => {
  it('is open where another application takes values from the file and its chart cannot be had', async () => {
    const ofChart: SourceLayout = {
      ...layout,
      kind: 'helm',
      rootOf: async ({ application: { ref: { name } } }) => (name === 'chart' ? { layout: 'helm', root: 'x', includes: ['apps/web.yaml'] } : undefined),
      render: async () => {
        throw new PermanentError('ChartUnavailable', 'withdrawn');
      },
    };
    expect(await proof({ clusters: { 'prod-2': [application('chart', 'x')] }, layouts: [ofChart, layout] })).toMatchObject({ exact: false, reach: { applications: 2, clusters: 2 } });
  });


  const twin = application('own', 'apps/');

  it('expects the change in every cluster of the request, wherever the same file is applied', async () => {
    expect(await proof({ clusters: { 'prod-2': [twin] }, request: ['prod-1', 'prod-2'] })).toMatchObject({ exact: true, reach: { objects: 2, applications: 2, clusters: 2 } });
  });

  it('refuses an edit that changes nothing in one of the clusters of the request, and names it', async () => {
    const world: World = { clusters: { 'prod-2': [twin], 'prod-3': [application('own', 'other')] }, request: ['prod-1', 'prod-2', 'prod-3'], elsewhere: ['prod-3'] };
    await expect(proof(world)).rejects.toMatchObject({ reason: 'WrongLayer', message: expect.stringContaining('in prod-3') });
  });

  it('counts what changes in a cluster outside the request as blast radius, and names it', async () => {
    const { exact, reach, diffs } = await proof({ clusters: { 'prod-2': [twin] } });
    expect({ exact, reach }).toEqual({ exact: false, reach: { objects: 2, applications: 2, clusters: 2 } });
    expect(diffs.map(({ cluster, ref: { name } }) => [cluster, name])).toEqual([[undefined, 'web'], ['prod-2', 'web']]);
  });

  it.each<readonly [what: string, other: Application, applications: number]>([
    ['another folder', application('x', 'other'), 1],
    ['another repository', application('x', 'apps', { sources: [{ repoURL: 'https://github.com/acme/elsewhere', path: 'apps', revision: 'main' }] }), 1],
    ['another branch', application('x', 'apps', { sources: [{ repoURL: 'git@git.fleet.local:acme/fleet.git', path: 'apps', revision: 'staging' }] }), 1],
    ['the same repository by another address', application('x', 'apps', { sources: [{ repoURL: 'git@git.fleet.local:acme/fleet.git', path: 'apps', revision: 'HEAD' }] }), 2],
  ])('asks of each application what it takes its files from: %s', async (_, other, applications) => {
    expect((await proof({ clusters: { 'prod-2': [other] } })).reach.applications).toBe(applications);
  });

  it('counts an engine object once, whichever engines speak of it', async () => {
    expect((await proof({ clusters: { 'prod-2': [twin, twin] } })).reach.applications).toBe(2);
  });

  it('proves nothing where an application includes the file and no layout renders it', async () => {
    const other: SourceLayout = { ...layout, rootOf: async ({ application: { ref: { name } } }) => (name === 'chart' ? undefined : { layout: 'raw', root: 'apps', includes: ['apps'] }) };
    expect(await proof({ clusters: { 'prod-2': [application('chart', 'apps')] }, request: ['prod-1', 'prod-2'], layouts: [other] })).toMatchObject({ exact: false, reach: { applications: 2 } });
  });

  it.each(['silent', 'unreadable'] as const)('counts a cluster as reached that is %s', async (how) => {
    expect(await proof({ clusters: { 'prod-2': how } })).toMatchObject({ exact: true, reach: { objects: 1, applications: 2, clusters: 2 } });
  });
});

describe('an application outside the request', () => {
  const twin = application('own', 'apps');
  it.each<readonly [what: string, world: World, outside: number]>([
    ['none', {}, 0],
    ['not the same target in another cluster of the request', { clusters: { 'prod-2': [twin] }, request: ['prod-1', 'prod-2'] }, 0],
    ['one of a cluster outside the request', { clusters: { 'prod-2': [twin] } }, 1],
    ['another one of the same cluster', { clusters: { 'prod-1': [application('second', 'apps')] } }, 1],
    ['one that cannot be rendered, wherever it is', { clusters: { 'prod-2': [application('broken', 'broken')] }, request: ['prod-1', 'prod-2'] }, 1],
  ])('is %s', async (_, world, outside) => {
    expect((await proof(world)).outside).toHaveLength(outside);
  });
});

describe('an edit', () => {
  const root = (...includes: readonly string[]) => ({ root: { layout: 'raw', root: '', includes } });
  it.each<readonly [what: string, includes: readonly string[], touched: readonly string[], reached: boolean]>([
    ['reaches an application by its file', ['base/a.yaml', 'prod'], ['base/a.yaml'], true],
    ['by a folder above it', ['base/a.yaml', 'prod'], ['prod/x/y.yaml'], true],
    ['by one of several files', ['prod'], ['other/a.yaml', 'prod/a.yaml'], true],
    ['by everything', [''], ['a.yaml'], true],
    ['does not by a name that only begins alike', ['prod'], ['prod-2/a.yaml', 'prod.yaml'], false],
    ['does not by another file', ['base/a.yaml'], ['base/b.yaml'], false],
  ])('%s', (_, includes, touched, reached) => {
    expect(reachedBy([root(...includes)], touched.map((path) => ({ path })))).toHaveLength(reached ? 1 : 0);
  });
});
