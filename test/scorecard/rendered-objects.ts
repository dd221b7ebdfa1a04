import { minutes, seconds, seededRandom, sha256 } from '@fleetmend/kernel';
import { createLive, createWorld, deployRoots, PLACEHOLDER_URL, rootsNotTried, type ClusterObjects, type Files, type KubeObject, type Renderers, type Scenario, type World } from '@fleetmend/sandbox';
import { emptyGit, VirtualClock } from '@fleetmend/testing';
import { isOutsideBusy } from './outside.ts';
import { readerOf } from './git-access.ts';

/** What each cluster gets from a state of the repository: found by cluster and `Kind/namespace/name`. */
export type FindRendered = (cluster: string, ref: string) => unknown;

/** Long enough for what is applied only after something else is ready. */
const AFTER = seconds(30);

/**
 * Applies a state of the repository to clusters of their own that hold nothing else, and finds the named objects there: so whatever the
 * sandbox's controllers follow is rendered as they render it. Without what the cluster itself adds later.
 */
export async function renderState(scenario: Scenario, { files, named, renderers }: { readonly files: Files; readonly named: readonly string[]; readonly renderers: Renderers }): Promise<FindRendered> {
  const clock = new VirtualClock(undefined, { outside: isOutsideBusy });
  const git = emptyGit(clock);
  const { branch } = scenario.repository;
  git.commit({ branch, files, author: 'somebody', message: 'this state' });
  const world = createWorld({ clusters: scenario.clusters, clock, random: seededRandom(Number.parseInt(sha256(scenario.name).slice(7, 15), 16)), state: ':memory:', repositories: (url) => (url === PLACEHOLDER_URL ? readerOf(git) : undefined), renderers });
  try {
    for (const name of scenario.clusters) createLive(world.cluster(name).objects, scenario.live(name));
    world.furnish();
    deployRoots(scenario, world, PLACEHOLDER_URL);
    const head = git.tip(branch)?.sha ?? '';
    await clock.runUntil(() => rootsNotTried(scenario, world, head).length === 0, minutes(5), `applying a state of ${scenario.name}`);
    await clock.run(AFTER);
    const found = new Map(scenario.clusters.flatMap((cluster) => named.map((ref) => [`${cluster} ${ref}`, findApplied(world, cluster, ref)] as const)));
    return (cluster, ref) => found.get(`${cluster} ${ref}`);
  } finally {
    world.close();
    await clock.run(0);
  }
}

const ENGINES = /^(kustomize-controller|helm-controller|argocd-)/;

function findApplied(world: World, cluster: string, ref: string): unknown {
  const object = findObject(world.cluster(cluster).objects, ref);
  const isApplied = (object?.metadata.managedFields ?? []).some((entry) => ENGINES.test((entry as { readonly manager?: string }).manager ?? ''));
  return object && isApplied ? withoutMoving(object) : undefined;
}

const API_VERSIONS = ['v1', 'apps/v1', 'batch/v1', 'autoscaling/v2', 'policy/v1', 'networking.k8s.io/v1', 'storage.k8s.io/v1', 'rbac.authorization.k8s.io/v1', 'scheduling.k8s.io/v1', 'admissionregistration.k8s.io/v1', 'apiextensions.k8s.io/v1', 'discovery.k8s.io/v1', 'argoproj.io/v1alpha1', 'source.toolkit.fluxcd.io/v1', 'kustomize.toolkit.fluxcd.io/v1', 'helm.toolkit.fluxcd.io/v2'] as const;

/** The live object by `Kind/namespace/name`, without its status and what every write moves. */
export function findLive(world: World, cluster: string, ref: string): unknown {
  const object = findObject(world.cluster(cluster).objects, ref);
  return object && withoutMoving(object);
}

function findObject(objects: ClusterObjects, ref: string): KubeObject | undefined {
  const [kind = '', namespace = '', name = ''] = ref.split('/');
  for (const apiVersion of API_VERSIONS) {
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

function withoutMoving({ metadata, status: _, ...rest }: KubeObject): unknown {
  const { resourceVersion: _version, managedFields: _fields, generation: _generation, creationTimestamp: _made, uid: _uid, annotations = {}, ...kept } = metadata;
  return { ...rest, metadata: { ...kept, annotations: Object.fromEntries(Object.entries(annotations).filter(([key]) => !COUNTERS.includes(key))) } };
}
