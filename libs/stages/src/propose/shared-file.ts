import { isPermanent } from '@fleetmend/kernel';
import type { Target } from '@fleetmend/model';
import { ClusterSilentError } from '@fleetmend/ports';
import type { StageDeps } from '../stage.ts';
import { chooseBinding, findApplication, locate, openRepository, readTarget } from './source.ts';

/** Which of some clusters take a target from the same document of the same file as the first of them does; the first is among them. */
export type ShareFile = (target: Target, clusters: readonly string[]) => Promise<readonly string[]>;

type Deps = Pick<StageDeps, 'clusters' | 'settings' | 'forge' | 'repositories' | 'engines' | 'layouts'>;

/** Looks in Git for where each cluster has the target from. A cluster of which that cannot be told shares nothing. */
export function fileSharing(deps: Deps): ShareFile {
  return async (target, clusters) => {
    const places = await Promise.all(clusters.map((cluster) => placeOf(deps, cluster, target)));
    const [first] = places;
    return clusters.filter((_, index) => index === 0 || (first !== undefined && places[index] === first));
  };
}

async function placeOf(deps: Deps, cluster: string, target: Target): Promise<string | undefined> {
  try {
    const live = await readTarget(deps, cluster, target);
    if (live === undefined) return undefined;
    const labels = (await deps.settings.clusters()).find((one) => one.name === cluster)?.labels ?? {};
    const { spec } = chooseBinding(await deps.settings.bindings(), { labels }, target);
    const { repository } = await openRepository(deps, spec);
    const tree = await repository.tree(await repository.head(spec.branch));
    const application = (await findApplication(deps, cluster, live))?.application;
    const { origin } = await locate(deps.layouts, { cluster, live, binding: spec, tree, application });
    return JSON.stringify([spec.forgeRef, spec.repository, spec.branch, origin.path, origin.document]);
  } catch (error) {
    if (isPermanent(error) || error instanceof ClusterSilentError) return undefined;
    throw error;
  }
}
