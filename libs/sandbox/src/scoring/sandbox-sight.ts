import type { ClusterObjects, KubeObject } from '../objects.ts';
import { rootsNotTried } from '../world/play-scenario.ts';
import type { Scenario } from '../world/scenario.ts';
import type { World } from '../world/world.ts';
import { troublesOf, type ListObjects, type Trouble } from './troubles.ts';

/** All that is wrong in the clusters of a sandbox, the deployed branch's head that a root has not tried yet among it. */
export function sandboxTroubles(scenario: Scenario, world: World, head: string): readonly Trouble[] {
  return scenario.clusters.flatMap((name) => {
    const { objects } = world.cluster(name);
    const late = rootsNotTried(scenario, world, head).filter(({ cluster }) => cluster === name);
    const list: ListObjects = (apiVersion, kind) => {
      try {
        return objects.list(apiVersion, kind);
      } catch {
        return []; // nobody serves that kind here
      }
    };
    return [...late.map(({ path }): Trouble => ({ about: `${name} ${path}`, what: 'the newest commit is not applied yet' })), ...troublesOf(list).map(({ about, what }) => ({ about: `${name} ${about}`, what }))];
  });
}

/** API versions in which a kind that an expectation names is looked for. */
export const NAMED_IN = ['v1', 'apps/v1', 'batch/v1', 'autoscaling/v2', 'policy/v1', 'networking.k8s.io/v1', 'storage.k8s.io/v1', 'rbac.authorization.k8s.io/v1', 'scheduling.k8s.io/v1', 'admissionregistration.k8s.io/v1', 'apiextensions.k8s.io/v1', 'discovery.k8s.io/v1', 'argoproj.io/v1alpha1', 'source.toolkit.fluxcd.io/v1', 'kustomize.toolkit.fluxcd.io/v1', 'helm.toolkit.fluxcd.io/v2'] as const;

/** A live object by `Kind/namespace/name`. */
export function findObject(objects: ClusterObjects, ref: string): KubeObject | undefined {
  const [kind = '', namespace = '', name = ''] = ref.split('/');
  for (const apiVersion of NAMED_IN) {
    try {
      const found = objects.get(apiVersion, kind, namespace === '' ? undefined : namespace, name);
      if (found) return found;
    } catch {
      // Nobody serves that kind under this version.
    }
  }
  return undefined;
}

/** Annotations that controllers count with. */
const COUNTERS = ['deployment.kubernetes.io/revision'];

/** An object without its status and what every write moves. */
export function withoutMoving({ metadata, status: _, ...rest }: KubeObject): unknown {
  const { resourceVersion: _version, managedFields: _fields, generation: _generation, creationTimestamp: _made, uid: _uid, annotations = {}, ...kept } = metadata;
  return { ...rest, metadata: { ...kept, annotations: Object.fromEntries(Object.entries(annotations).filter(([key]) => !COUNTERS.includes(key))) } };
}

/** The named objects as they are in the clusters now. */
export function findLive(world: World, refs: readonly string[]): (cluster: string, ref: string) => unknown {
  const found = new Map(world.clusters.flatMap(({ name, objects }) => refs.map((ref) => [`${name} ${ref}`, findObject(objects, ref)] as const)));
  return (cluster, ref) => {
    const object = found.get(`${cluster} ${ref}`);
    return object && withoutMoving(object);
  };
}
