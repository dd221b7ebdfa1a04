import type { KubeObject } from '@fleetmend/model';
import type { Application, SourceLayout } from '@fleetmend/plugin-api';
import { treeOf } from '@fleetmend/plugin-api/conformance';
import { sha256 } from '@fleetmend/kernel';
import { withEdits, type Tree } from '@fleetmend/ports';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sourceLayouts } from '../../../source-layouts/src/index.ts';
import { applicationIndex, type ApplicationRoot } from './application-index.ts';

const layouts: readonly SourceLayout[] = await Promise.all(sourceLayouts.map((definition) => definition.create({} as never, { searchPath: '' } as never) as Promise<SourceLayout>));
const URL = 'http://git.fleet.local/acme/fleet.git';

function argo(name: string, source: Record<string, unknown>, metadata: object = {}): Application {
  const object: KubeObject = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name, namespace: 'argocd', ...metadata }, spec: { destination: { namespace: 'shop' }, source: { repoURL: URL, ...source } }, status: {} };
  return { engine: 'argocd', ref: { apiVersion: object.apiVersion, kind: 'Application', namespace: 'argocd', name }, object, sources: [{ repoURL: URL, path: String(source['path']), revision: 'main' }], applied: undefined, refused: undefined, evidence: [] };
}

function flux(name: string, path: string, rest: Partial<Application> = {}): Application {
  return { engine: 'flux', ref: { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', namespace: 'flux-system', name }, sources: [{ repoURL: URL, path, revision: 'main' }], applied: undefined, refused: undefined, evidence: [], ...rest };
}

const APPLICATIONS: readonly Application[] = [
  argo('one', { path: 'charts/a', helm: { valueFiles: ['/envs/x.yaml', '/envs/y.yaml'], ignoreMissingValueFiles: true } }),
  argo('two', { path: 'charts/a' }),
  argo('three', { path: 'overlays/x' }),
  argo('four', { path: 'plain' }),
  argo('made', { path: 'charts/a' }, { ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'all', uid: 'u' }] }),
  flux('x', './overlays/x'),
  flux('y', 'overlays/y'),
  flux('plain', 'plain'),
  flux('all', 'overlays'),
  flux('released', 'plain', { renderedBy: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', namespace: 'shop', name: 'r' } }),
];

const manifest = (name: string) => `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\n`;
const kustomization = (...resources: readonly string[]) => `resources: [${resources.join(', ')}]\n`;
const carrier = (name: string, ...files: readonly string[]) => `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: ${name}, namespace: argocd}\nspec:\n  destination: {namespace: shop}\n  source: {repoURL: '${URL}', path: charts/a, helm: {ignoreMissingValueFiles: true, valueFiles: [${files.join(', ')}]}}\n`;
const generator = (folder: string) => `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all, namespace: argocd}\nspec:\n  generators: [{git: {repoURL: '${URL}', files: [{path: '${folder}/*.yaml'}]}}]\n  template:\n    metadata: {name: '{{name}}'}\n    spec: {destination: {namespace: shop}, source: {repoURL: '${URL}', path: '{{chart}}', helm: {ignoreMissingValueFiles: true, valueFiles: ['/envs/{{env}}.yaml']}}}\n`;
const release = (chart: string) => `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r, namespace: shop}\nspec: {chart: {spec: {chart: ${chart}, sourceRef: {kind: GitRepository, name: fleet}}}}\n`;

/** What each path may hold; what it holds decides what else is read. */
const CONTENTS: Readonly<Record<string, readonly string[]>> = {
  'charts/a/Chart.yaml': ['name: a\nversion: 1.0.0\n'],
  'charts/a/values.yaml': ['a: 1\n', 'a: 2\n'],
  'charts/a/.argocd-source.yaml': ['helm: {parameters: [{name: a, value: "1"}]}\n'],
  'charts/b/Chart.yaml': ['name: b\nversion: 1.0.0\n'],
  'envs/x.yaml': ['a: 3\n', 'not: [yaml\n'],
  'envs/y.yaml': ['a: 4\n'],
  'root/one.yaml': [carrier('one', '/envs/x.yaml'), carrier('one', '/envs/y.yaml'), carrier('two', '/envs/y.yaml')],
  'root/copy.yaml': [carrier('one'), carrier('two', '/envs/x.yaml')],
  'root/set.yaml': [generator('clusters'), generator('envs')],
  'clusters/c.yaml': ['{name: made, chart: charts/a, env: x}\n', '{name: made, chart: charts/b, env: y}\n', '{name: other, chart: charts/a, env: y}\n'],
  'clusters/d.yaml': ['{name: made, chart: charts/a, env: y}\n'],
  'overlays/x/kustomization.yaml': [kustomization('../../base'), kustomization('web.yaml', '../../base'), kustomization('web.yaml')],
  'overlays/x/web.yaml': [manifest('web'), manifest('shop')],
  'overlays/y/kustomization.yaml': [kustomization('../../plain/s.yaml', '../x')],
  'base/kustomization.yaml': [kustomization('s.yaml'), kustomization('../base/t.yaml')],
  'base/s.yaml': [manifest('s')],
  'base/t.yaml': [manifest('t')],
  'plain/s.yaml': [manifest('s'), manifest('t')],
  'plain/release.yaml': [release('charts/a'), release('charts/b')],
  'plain/kustomization.yaml': [kustomization('s.yaml')],
};

const PATHS = Object.keys(CONTENTS);
/** A commit: for each of some paths what it holds then; too high a number takes it away. */
const commit = fc.dictionary(fc.constantFrom(...PATHS), fc.nat(3), { maxKeys: 3 });
const first = fc.dictionary(fc.constantFrom(...PATHS), fc.nat(3), { minKeys: 8, maxKeys: PATHS.length });

function changed(files: Readonly<Record<string, string>>, change: Readonly<Record<string, number>>): Readonly<Record<string, string>> {
  const after = { ...files };
  for (const [path, choice] of Object.entries(change)) {
    const text = CONTENTS[path]?.[choice];
    if (text === undefined) delete after[path];
    else after[path] = text;
  }
  return after;
}

/** As Git's trees are: digests are known without reading. */
function withDigests(files: Readonly<Record<string, string>>): Tree {
  return { ...treeOf(files), digest: (path) => (files[path] === undefined ? undefined : sha256(files[path])) };
}

function shown(roots: readonly ApplicationRoot[]): unknown {
  return roots.map(({ layout, root }, at) => ({ name: APPLICATIONS[at]?.ref.name, layout: layout?.kind, root }));
}

const fresh = async (tree: Tree) => shown(await applicationIndex(layouts).rootsOf(APPLICATIONS, tree));

describe('the application index', () => {
  it.each<readonly [what: string, treeFor: (files: Readonly<Record<string, string>>) => Tree]>([
    ['with digests', withDigests],
    ['without digests', (files) => treeOf(files)],
  ])('says after any commits what it would say had it read everything anew, of trees %s', async (_, treeFor) => {
    await fc.assert(
      fc.asyncProperty(first, fc.array(commit, { minLength: 1, maxLength: 12 }), fc.constantFrom(60, 100_000), async (start, commits, room) => {
        const index = applicationIndex(layouts, room);
        let files = changed({}, start);
        for (const change of [{}, ...commits]) {
          files = changed(files, change);
          expect(shown(await index.rootsOf(APPLICATIONS, treeFor(files)))).toEqual(await fresh(treeOf(files)));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('says of an edited tree what it would say of the same files in a commit', async () => {
    await fc.assert(
      fc.asyncProperty(first, fc.dictionary(fc.constantFrom(...PATHS), fc.nat(0)), async (start, edit) => {
        const index = applicationIndex(layouts);
        const files = changed({}, start);
        await index.rootsOf(APPLICATIONS, withDigests(files));
        const edits = Object.keys(edit).map((path) => ({ path, before: files[path], after: CONTENTS[path]?.[0] ?? '' }));
        expect(shown(await index.rootsOf(APPLICATIONS, withEdits(withDigests(files), edits)))).toEqual(await fresh(treeOf(changed(files, edit))));
      }),
      { numRuns: 40 },
    );
  });

  const files = changed({}, Object.fromEntries(PATHS.map((path) => [path, 0])));
  const readsAfter = async (change: Readonly<Record<string, number>>) => {
    const index = applicationIndex(layouts);
    await index.rootsOf(APPLICATIONS, withDigests(files));
    const before = index.reads;
    await index.rootsOf(APPLICATIONS, withDigests(changed(files, change)));
    return index.reads - before;
  };

  it('reads nothing again while nothing changed, and nothing but the applications that a commit touched', async () => {
    const unrendered = (await applicationIndex(layouts).rootsOf(APPLICATIONS, withDigests(files))).filter(({ layout }) => layout === undefined).length;
    expect(await readsAfter({})).toBe(unrendered);
    // Three overlays lead to the base: Argo CD's, and two of Flux; and the folder around them.
    expect(await readsAfter({ 'overlays/x/web.yaml': 1, 'base/s.yaml': 0 })).toBe(unrendered);
    expect(await readsAfter({ 'base/kustomization.yaml': 1 })).toBe(unrendered + 4);
  });

  it('keeps apart what the engine says of equal folders, and gives each caller its own object', async () => {
    const index = applicationIndex(layouts);
    const tree = withDigests(files);
    const [application] = APPLICATIONS;
    if (!application) throw new Error('there is no application');
    await index.rootsOf([application], tree);
    const later = { ...application, applied: 'c'.repeat(40) };
    const [known] = await index.rootsOf([later], tree);
    expect(index.reads).toBe(1);
    expect(known?.root.application).toBe(later);
    await index.rootsOf([{ ...application, namespace: { name: 'other', override: true } }], tree);
    expect(index.reads).toBe(2);
  });

  it('asks again about what no layout could render: its program may be there by now', async () => {
    let isThere = false;
    const late: SourceLayout = { ...(layouts[0] as SourceLayout), rootOf: async () => (isThere ? { layout: 'raw', root: 'plain', includes: ['plain'] } : undefined) };
    const index = applicationIndex([late]);
    expect((await index.rootsOf(APPLICATIONS.slice(0, 1), treeOf(files)))[0]?.layout).toBeUndefined();
    isThere = true;
    expect((await index.rootsOf(APPLICATIONS.slice(0, 1), treeOf(files)))[0]?.layout).toBe(late);
  });
});
