import { isPermanent } from '@fleetmend/kernel';
import { groupOf, sameRef, type FileEdit, type KubeObject } from '@fleetmend/model';
import type { Application, SourceLayout, SourceRoot } from '@fleetmend/plugin-api';
import { ClusterSilentError, type FleetCluster, type Tree } from '@fleetmend/ports';
import type { StageDeps } from '../stage.ts';
import { applicationIndex, type ApplicationRoot } from './application-index.ts';
import { repositoryPath } from './other-repositories.ts';
import { engineContext, objectIn, ownSources, type Source } from './source.ts';

/** An application of the fleet that takes files from the repository. */
export interface FleetRoot extends ApplicationRoot {
  readonly cluster: string;
  readonly application: Application;
}

/** Who else is rendered from the repository, as the engines of all clusters say. */
export interface FleetRoots {
  readonly roots: readonly FleetRoot[];
  /** Clusters that did not answer, or whose objects cannot be read: what they apply is not known. */
  readonly silent: readonly string[];
}

type Deps = Pick<StageDeps, 'clusters' | 'engines' | 'settings' | 'layouts' | 'index'>;
type Place = Pick<Source, 'cluster' | 'application' | 'binding' | 'target'>;

/** Every application of the fleet that follows the bound branch of the repository, apart from the target's own. */
export async function fleetRoots(deps: Deps, source: Place, tree: Tree): Promise<FleetRoots> {
  const fleet = await deps.settings.clusters();
  const answers = await Promise.all(fleet.map((cluster) => applicationsOf(deps, cluster)));
  const addresses = await addressesOf(source, tree);
  const isOwn = (cluster: string, { ref }: Application) => cluster === source.cluster && source.application !== undefined && sameRef(ref, source.application.ref);
  const others = answers.flatMap(({ cluster, applications }) => applications.filter((application) => follows(application, { addresses, branch: source.binding.spec.branch }) && !isOwn(cluster, application)).map((application) => ({ cluster, application })));
  const index = deps.index ?? applicationIndex(deps.layouts);
  const roots = await index.rootsOf(others.map(({ application }) => application), tree);
  return {
    roots: others.flatMap((one, at) => (roots[at] ? [{ ...one, ...roots[at] }] : [])),
    silent: answers.filter(({ silent }) => silent).map(({ cluster }) => cluster),
  };
}

/** What the engines of one cluster apply; engines that speak of the same object count once. */
async function applicationsOf(deps: Deps, cluster: FleetCluster): Promise<{ readonly cluster: string; readonly applications: readonly Application[]; readonly silent: boolean }> {
  const context = engineContext(deps, cluster, cluster.name);
  try {
    const all = (await Promise.all(deps.engines.map((engine) => engine.listApplications(context)))).flat();
    const once = new Map(all.toReversed().map((one) => [JSON.stringify([groupOf(one.ref.apiVersion), one.ref.kind, one.ref.namespace ?? '', one.ref.name]), one]));
    return { cluster: cluster.name, applications: [...once.values()].toReversed(), silent: false };
  } catch (error) {
    // One object that is not as expected, in whichever cluster, must not keep the whole fleet from being repaired.
    if (!(error instanceof ClusterSilentError) && !isPermanent(error)) throw error;
    return { cluster: cluster.name, applications: [], silent: true };
  }
}

/** How the repository is called: in the binding, and by the target's own application, which may have sources elsewhere beside it. */
async function addressesOf({ application, binding: { spec } }: Place, tree: Tree): Promise<ReadonlySet<string>> {
  const own = application ? await ownSources(application, tree) : [];
  return new Set([spec.repository, ...own.map(({ repoURL }) => repoURL)].map(placeOf));
}

/** It takes files from the same repository, and from the branch that a merge changes. */
function follows(application: Application, { addresses, branch }: { readonly addresses: ReadonlySet<string>; readonly branch: string }): boolean {
  return application.sources.some(({ repoURL, revision }) => addresses.has(placeOf(repoURL)) && ['', 'HEAD', branch, `refs/heads/${branch}`].includes(revision));
}

const placeOf = (address: string): string => repositoryPath(address).toLowerCase();

function includes({ includes: places }: SourceRoot, path: string): boolean {
  return places.some((place) => place === '' || path === place || path.startsWith(`${place}/`));
}

/** Those that include a file which the edits touch: nothing else can differ by them. */
export function reachedBy<T extends Pick<FleetRoot, 'root'>>(roots: readonly T[], edits: readonly Pick<FileEdit, 'path'>[]): readonly T[] {
  return roots.filter(({ root }) => edits.some(({ path }) => includes(root, path)));
}

interface Asked {
  readonly roots: readonly FleetRoot[];
  readonly tree: Tree;
  readonly clusters: readonly string[];
}

/** Those whose objects the request does not ask to change: all but the same target in its other clusters. What cannot be rendered is none of these. */
export async function rootsOutside(source: Pick<Source, 'cluster' | 'target'>, { roots, tree, clusters }: Asked): Promise<readonly FleetRoot[]> {
  const inside = await Promise.all(
    roots.map(async ({ cluster, layout, root }) => {
      if (!layout || cluster === source.cluster || !clusters.includes(cluster)) return false;
      const rendered = await renderedAt(layout, root, tree);
      return 'objects' in rendered && objectIn(rendered.objects, source.target) !== undefined;
    }),
  );
  return roots.filter((_, at) => !inside[at]);
}

/** What a root renders to, or what its renderer says against it. */
export async function renderedAt(layout: SourceLayout, origin: SourceRoot, tree: Tree): Promise<{ readonly objects: readonly KubeObject[] } | { readonly failed: string }> {
  try {
    return { objects: await layout.render({ origin, tree }) };
  } catch (error) {
    if (isPermanent(error) && ['RenderFailed', 'ChartUnavailable'].includes(error.reason)) return { failed: error.message };
    throw error;
  }
}
