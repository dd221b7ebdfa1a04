import { isPermanent } from '@fleetmend/kernel';
import { valueAt } from '@fleetmend/manifest';
import { podSpecPathOf, registryOf, type FailureEvent } from '@fleetmend/model';
import { ClusterSilentError } from '@fleetmend/ports';
import { chooseBinding, findApplication, locate, objectIn, openRepository, readTarget } from '../propose/source.ts';
import { readVersions } from '../propose/versions.ts';
import type { StageDeps } from '../stage.ts';

type Deps = Pick<StageDeps, 'clusters' | 'settings' | 'forge' | 'repositories' | 'engines' | 'layouts'>;

/** Whether an earlier commit had the container's image in another registry: then a commit made it fail, and a commit mends it. */
export function registryBroughtByGit(deps: Deps): (event: FailureEvent) => Promise<boolean> {
  return async ({ cluster, finding: { class: failureClass, target, observation } }) => {
    if (failureClass !== 'ImagePullBackOff') return false;
    try {
      const live = await readTarget(deps, cluster, target);
      if (live === undefined) return false;
      const labels = (await deps.settings.clusters()).find(({ name }) => name === cluster)?.labels ?? {};
      const { spec } = chooseBinding(await deps.settings.bindings(), { labels }, target);
      const { repository } = await openRepository(deps, spec);
      const head = await repository.head(spec.branch);
      const application = (await findApplication(deps, cluster, live))?.application;
      const located = await locate(deps.layouts, { cluster, live, binding: spec, tree: await repository.tree(head), application });
      const images = (await readVersions({ repository, head, ...located })).flatMap(({ objects }) => imagesOf(objectIn(objects, live), target.container));
      return images.some((image) => registryOf(image) !== registryOf(observation.image));
    } catch (error) {
      // What Git says cannot be told: then nobody knows of a commit that would mend it.
      if (isPermanent(error) || error instanceof ClusterSilentError) return false;
      throw error;
    }
  };
}

function imagesOf(object: ReturnType<typeof objectIn>, container: string | undefined): readonly string[] {
  if (object === undefined) return [];
  const spec = valueAt(object, [...podSpecPathOf(object.kind)]) as { readonly containers?: unknown; readonly initContainers?: unknown } | undefined;
  const all = [spec?.containers, spec?.initContainers].flatMap((list) => (Array.isArray(list) ? (list as readonly { readonly name?: string; readonly image?: string }[]) : []));
  return all.flatMap(({ name, image }) => (name === container && typeof image === 'string' ? [image] : []));
}
