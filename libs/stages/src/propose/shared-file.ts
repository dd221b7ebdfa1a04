import { isPermanent } from '@fleetmend/kernel';
import type { Target } from '@fleetmend/model';
import type { SourceOrigin } from '@fleetmend/plugin-api';
import { ClusterSilentError, type Repository } from '@fleetmend/ports';
import type { StageDeps } from '../stage.ts';
import { chooseBinding, findApplication, locate, openRepository, readTarget } from './source.ts';

/** Which of some clusters take a target from the same place as the first of them does; the first is among them. */
export type ShareFile = (target: Target, clusters: readonly string[]) => Promise<readonly string[]>;

type Deps = Pick<StageDeps, 'clusters' | 'settings' | 'forge' | 'repositories' | 'engines' | 'layouts'>;

/** Looks in Git for where each cluster has the target from. A cluster of which that cannot be told shares nothing. */
export function fileSharing(deps: Deps): ShareFile {
  return async (target, clusters) => {
    const places = await Promise.all(clusters.map((cluster) => placeOf(deps, cluster, target)));
    const [first] = places;
    return clusters.filter((_, index) => index === 0 || (first ?? []).some((place) => places[index]?.includes(place)));
  };
}

/** The document that holds the target, and the last change of what it is rendered from, in the files that the change touched. */
async function placeOf(deps: Deps, cluster: string, target: Target): Promise<readonly string[] | undefined> {
  try {
    const live = await readTarget(deps, cluster, target);
    if (live === undefined) return undefined;
    const labels = (await deps.settings.clusters()).find((one) => one.name === cluster)?.labels ?? {};
    const { spec } = chooseBinding(await deps.settings.bindings(), { labels }, target);
    const { repository } = await openRepository(deps, spec);
    const head = await repository.head(spec.branch);
    const tree = await repository.tree(head);
    const application = (await findApplication(deps, cluster, live))?.application;
    const { origin } = await locate(deps.layouts, { cluster, live, binding: spec, tree, application });
    const where = [spec.forgeRef, spec.repository, spec.branch];
    return [[...where, origin.path, origin.document], [...where, await lastChange(repository, head, origin)]].map((place) => JSON.stringify(place));
  } catch (error) {
    if (isPermanent(error) || error instanceof ClusterSilentError) return undefined;
    throw error;
  }
}

/** Clusters whose files differ may still share the ones that were changed: a base, a component, values for all. */
export async function lastChange(repository: Pick<Repository, 'log'>, head: string, { includes }: Pick<SourceOrigin, 'includes'>): Promise<readonly unknown[]> {
  const [last] = await repository.log(head, includes, 1);
  const touched: string[] = [];
  for (const path of includes) {
    const [change] = await repository.log(head, path, 1);
    if (change !== undefined && change.sha === last?.sha) touched.push(path);
  }
  return [last?.sha, touched.sort()];
}
