import { minutes, seconds, seededRandom, sha256 } from '@fleetmend/kernel';
import type { Charts } from '@fleetmend/ports';
import { createLive, createWorld, deployRoots, findObject, PLACEHOLDER_URL, rootsNotTried, withoutMoving, worldClusters, type Files, type FindObject, type Renderers, type Scenario, type World } from '@fleetmend/sandbox';
import { emptyGit, VirtualClock } from '@fleetmend/testing';
import { readerOf } from './git-access.ts';

/** Long enough for what is applied only after something else is ready. */
const AFTER = seconds(30);

/**
 * Applies a state of the repository to clusters of their own that hold nothing else, and finds the named objects there: so whatever the
 * sandbox's controllers follow is rendered as they render it. Without what the cluster itself adds later.
 */
export async function renderState(scenario: Scenario, { files, named, renderers, charts }: { readonly files: Files; readonly named: readonly string[]; readonly renderers: Renderers; readonly charts?: Charts | undefined }): Promise<FindObject> {
  const clock = new VirtualClock();
  const git = emptyGit(clock);
  const { branch } = scenario.repository;
  git.commit({ branch, files, author: 'somebody', message: 'this state' });
  const world = createWorld({ clusters: worldClusters(scenario), clock, random: seededRandom(Number.parseInt(sha256(scenario.name).slice(7, 15), 16)), state: ':memory:', repositories: (url) => (url === PLACEHOLDER_URL ? readerOf(git) : undefined), renderers: heldBy(clock, renderers), charts: charts && heldCharts(clock, charts) });
  try {
    for (const name of worldClusters(scenario)) createLive(world.cluster(name).objects, scenario.live(name));
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

/** Time stands still while a program renders; nothing else is outside of this clock here, whatever else this process may run. */
function heldBy(clock: VirtualClock, { kustomize, helm }: Renderers): Renderers {
  const held = (renderer: NonNullable<Renderers['kustomize']>): NonNullable<Renderers['kustomize']> => ({ ...renderer, render: (input, signal) => clock.hold(renderer.render(input, signal)) });
  return { ...(kustomize ? { kustomize: held(kustomize) } : {}), ...(helm ? { helm: held(helm) } : {}) };
}

/** As time does while one is fetched. */
export function heldCharts(clock: VirtualClock, { fetch }: Charts): Charts {
  return { fetch: (reference) => clock.hold(fetch(reference)) };
}

const ENGINES = /^(kustomize-controller|helm-controller|argocd-)/;

function findApplied(world: World, cluster: string, ref: string): unknown {
  const object = findObject(world.cluster(cluster).objects, ref);
  const isApplied = (object?.metadata.managedFields ?? []).some((entry) => ENGINES.test((entry as { readonly manager?: string }).manager ?? ''));
  return object && isApplied ? withoutMoving(object) : undefined;
}
