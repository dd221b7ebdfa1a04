import { isPermanent } from '@fleetmend/kernel';
import { sameRef } from '@fleetmend/model';
import type { Application, SourceLayout, SourceRoot } from '@fleetmend/plugin-api';
import { ClusterSilentError, type FleetCluster, type Tree } from '@fleetmend/ports';
import type { StageDeps } from '../stage.ts';
import { engineContext, objectIn, type Source } from './source.ts';

/** An application of the fleet that takes files from the repository. */
export interface FleetRoot {
  readonly cluster: string;
  readonly application: Application;
  /** Undefined: no layout here can render it. */
  readonly layout: SourceLayout | undefined;
  readonly root: SourceRoot;
}

/** Who else is rendered from the repository, as the engines of all clusters say. */
export interface FleetRoots {
  readonly roots: readonly FleetRoot[];
  /** Clusters that did not answer, or whose objects cannot be read: what they apply is not known. */
  readonly silent: readonly string[];
}

type Deps = Pick<StageDeps, 'clusters' | 'engines' | 'settings' | 'layouts'>;
type Place = Pick<Source, 'cluster' | 'application' | 'binding' | 'target'>;

/** Every application of the fleet that follows the bound branch of the repository, apart from the target's own. */
export async function fleetRoots(deps: Deps, source: Place, tree: Tree): Promise<FleetRoots> {
  const known = new Map<string, Promise<Pick<FleetRoot, 'layout' | 'root'>>>();
  const fleet = await deps.settings.clusters();
  const answers = await Promise.all(fleet.map((cluster) => applicationsOf(deps, cluster)));
  const roots = answers.flatMap(({ cluster, applications }) =>
    applications
      .filter((application) => follows(application, source) && !(cluster === source.cluster && source.application !== undefined && sameRef(application.ref, source.application.ref)))
      .map(async (application): Promise<FleetRoot> => {
        // The same folder may be rendered with other values: then it is another root.
        const made = application.object && [application.ref, application.object['spec'], application.object.metadata.ownerReferences?.map(({ kind, name }) => [kind, name])];
        const key = JSON.stringify([application.engine, application.sources, application.renderedBy, application.namespace, made]);
        const found = known.get(key) ?? rootOf(deps.layouts, application, tree);
        known.set(key, found);
        return { cluster, application, ...(await found) };
      }),
  );
  return { roots: await Promise.all(roots), silent: answers.filter(({ silent }) => silent).map(({ cluster }) => cluster) };
}

/** What the engines of one cluster apply; engines that speak of the same object count once. */
async function applicationsOf(deps: Deps, cluster: FleetCluster): Promise<{ readonly cluster: string; readonly applications: readonly Application[]; readonly silent: boolean }> {
  const context = engineContext(deps, cluster, cluster.name);
  try {
    const all = (await Promise.all(deps.engines.map((engine) => engine.listApplications(context)))).flat();
    return { cluster: cluster.name, applications: all.filter((one, index) => all.findIndex((other) => sameRef(other.ref, one.ref)) === index), silent: false };
  } catch (error) {
    // One object that is not as expected, in whichever cluster, must not keep the whole fleet from being repaired.
    if (!(error instanceof ClusterSilentError) && !isPermanent(error)) throw error;
    return { cluster: cluster.name, applications: [], silent: true };
  }
}

async function rootOf(layouts: readonly SourceLayout[], application: Application, tree: Tree): Promise<Pick<FleetRoot, 'layout' | 'root'>> {
  for (const layout of layouts) {
    const root = await layout.rootOf({ application, tree });
    if (root !== undefined) return { layout, root };
  }
  const folders = application.sources.map(({ path }) => normalised(path));
  return { layout: undefined, root: { layout: '', root: folders[0] ?? '', includes: folders } };
}

/** It takes files from the same repository, and from the branch that a merge changes. */
function follows(application: Application, { application: own, binding: { spec } }: Place): boolean {
  const places = new Set([spec.repository, ...(own?.sources ?? []).map(({ repoURL }) => repoURL)].map(repositoryPath));
  return application.sources.some(({ repoURL, revision }) => places.has(repositoryPath(repoURL)) && ['', 'HEAD', spec.branch, `refs/heads/${spec.branch}`].includes(revision));
}

/** `owner/name` of an address: the same repository is reached by several of them. */
function repositoryPath(address: string): string {
  return address.replace(/^[a-z+]+:\/\/[^/]*\//i, '').replace(/^[^/@]*@[^:/]*:/, '').replace(/\/+$|\.git\/*$/g, '').toLowerCase();
}

export function includes({ includes: places }: SourceRoot, path: string): boolean {
  return places.some((place) => place === '' || path === place || path.startsWith(`${place}/`));
}

function normalised(path: string): string {
  return path.split('/').filter((part) => part !== '' && part !== '.').join('/');
}

/** Those whose objects the request does not ask to change: all but the same target in its other clusters. */
export async function rootsOutside(source: Pick<Source, 'cluster' | 'target'>, { fleet, tree, clusters }: { readonly fleet: FleetRoots; readonly tree: Tree; readonly clusters: readonly string[] }): Promise<readonly FleetRoot[]> {
  const outside: FleetRoot[] = [];
  for (const one of fleet.roots) {
    const inside = one.layout && one.cluster !== source.cluster && clusters.includes(one.cluster) && objectIn(await one.layout.render({ origin: one.root, tree }), source.target) !== undefined;
    if (!inside) outside.push(one);
  }
  return outside;
}
