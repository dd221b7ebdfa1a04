import { readFolderOf, type Files, type KubeObject, type Renderers, type Scenario, type SeenObject, type World } from '@fleetmend/sandbox';

/** Every object that each cluster gets from a state of the repository. */
export type RenderedClusters = ReadonlyMap<string, readonly KubeObject[]>;

/** As the sandbox's controller renders the roots of `deploy[]`. What cannot be rendered gives nothing. */
export async function renderClusters({ deploy, clusters }: Pick<Scenario, 'deploy' | 'clusters'>, files: Files, renderers: Renderers): Promise<RenderedClusters> {
  const rendered = new Map<string, readonly KubeObject[]>();
  for (const cluster of clusters) {
    const roots = deploy.filter((root) => root.cluster === cluster || root.cluster === 'hub');
    const objects = await Promise.all(roots.map(({ path }) => readFolderOf({ files, path, renderers }).catch((): readonly KubeObject[] => [])));
    rendered.set(cluster, objects.flat());
  }
  return rendered;
}

/** One object of them by `Kind/namespace/name`. */
export function findRendered(rendered: RenderedClusters, cluster: string, ref: string): KubeObject | undefined {
  const [kind = '', namespace = '', name = ''] = ref.split('/');
  return rendered.get(cluster)?.find((object) => object.kind === kind && object.metadata.name === name && (namespace === '' || (object.metadata.namespace ?? namespace) === namespace));
}

const API_VERSIONS = ['v1', 'apps/v1', 'batch/v1', 'autoscaling/v2', 'policy/v1', 'networking.k8s.io/v1', 'storage.k8s.io/v1', 'rbac.authorization.k8s.io/v1', 'scheduling.k8s.io/v1', 'admissionregistration.k8s.io/v1', 'apiextensions.k8s.io/v1', 'discovery.k8s.io/v1', 'argoproj.io/v1alpha1', 'source.toolkit.fluxcd.io/v1', 'kustomize.toolkit.fluxcd.io/v1', 'helm.toolkit.fluxcd.io/v2'] as const;

/** The live object, without its status and what every write moves. */
export function findLive(world: World, cluster: string, ref: string): SeenObject['live']['faulty'] {
  const [kind = '', namespace = '', name = ''] = ref.split('/');
  const { objects } = world.cluster(cluster);
  for (const apiVersion of API_VERSIONS) {
    try {
      const found = objects.get(apiVersion, kind, namespace === '' ? undefined : namespace, name);
      if (found) return withoutMoving(found);
    } catch {
      // Nobody serves that kind under this version.
    }
  }
  return undefined;
}

function withoutMoving({ metadata, status: _, ...rest }: { readonly metadata: object; readonly status?: unknown }): unknown {
  const { resourceVersion: _version, managedFields: _fields, generation: _generation, creationTimestamp: _made, uid: _uid, ...kept } = metadata as Readonly<Record<string, unknown>>;
  return { ...rest, metadata: kept };
}
