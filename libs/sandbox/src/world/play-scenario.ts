import { minutes, PermanentError, seconds } from '@fleetmend/kernel';
import type { Clock, Instant } from '@fleetmend/kernel';
import { LABAPP_FLAGS } from '../images/labapp.ts';
import { builtFolderOf, normalise } from '../applier/repository.ts';
import type { Renderers, RepositoryWriter } from '../applier/repository.ts';
import { healthOf } from '../applier/argocd/health.ts';
import type { ClusterObjects, KubeObject } from '../objects.ts';
import { followersBehind, followersUnsettled, revisionTried } from './applied-revision.ts';
import { deployFolder } from './deploy-folder.ts';
import { worldClusters } from './scenario.ts';
import type { Scenario, ScenarioAct } from './scenario.ts';
import type { World } from './world.ts';

export interface PlayOptions {
  readonly scenario: Scenario;
  readonly world: World;
  readonly writer: RepositoryWriter;
  /** The repository's address in the engines' objects. */
  readonly url: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Told before each part of the story. */
  readonly tell?: (line: string) => void;
  /** Told once the first step is healthy, before the second one is pushed. */
  readonly healthy?: () => Promise<void> | void;
}

export interface Played {
  /** The commit of each step, in order. */
  readonly commits: readonly string[];
  /** When the last step and `live/after` were applied: `within` counts from here. */
  readonly appliedAt: Instant;
}

/** How long the first step may take to become healthy, and each other one to be applied. */
const PATIENCE = minutes(5);

const METRICS = 'metrics-api';
const ABILITIES: readonly string[] = ['nodes', 'kubelet', 'applicationset', METRICS, ...LABAPP_FLAGS.map((flag) => `labapp ${flag}`)];

/** Why this world cannot play the scenario; empty where it can. */
export function missingAbilities({ requires, worlds, history, charts }: Scenario, renderers: Renderers): readonly string[] {
  const files = history.flatMap((step) => [...step.files]);
  const needed = {
    kustomize: files.some(([file]) => builtFolderOf(file) !== undefined),
    helm: charts.length > 0 || files.some(([file, text]) => /(^|\/)Chart\.yaml$/.test(file) || (text ?? '').includes('goTemplate: true')),
  };
  return [
    ...(worlds && !worlds.includes('sandbox') ? [`it is only for ${worlds.join(', ')}`] : []),
    ...requires.filter((ability) => !ABILITIES.includes(ability)).map((ability) => `the sandbox has no ${ability}`),
    ...(['kustomize', 'helm'] as const).filter((program) => needed[program] && !renderers[program]).map((program) => `${program} is not installed (npm run lab -- build ${program} builds it)`),
  ];
}

/**
 * Plays a scenario up to its fault: live objects, the first commit until everything is healthy, then the other commits, each applied before the next,
 * then what is edited by hand.
 * @throws PermanentError `ScenarioStuck` naming what did not become healthy, or which commit was not applied
 */
export async function playScenario(options: PlayOptions): Promise<Played> {
  const { scenario, world, writer, url, clock, tell = () => undefined, healthy = () => undefined } = options;
  const { branch } = scenario.repository;
  for (const name of worldClusters(scenario)) createLive(world.cluster(name).objects, scenario.live(name));
  world.furnish();
  if (scenario.requires.includes(METRICS)) for (const name of scenario.clusters) world.cluster(name).physics.serveMetrics();

  const commits: string[] = [];
  for (const [index, step] of scenario.history.entries()) {
    tell(`commit ${index + 1} of ${scenario.history.length}: ${step.message}`);
    commits.push(await writer.commit({ branch, files: step.files, message: step.message }));
    for (const decoy of scenario.branches) if (decoy.from === index) await commitBranch(options, decoy, index);
    if (index === 0) deployRoots(scenario, world, url);
    world.nudge();
    await waitUntilTried(options, commits.at(-1) ?? '');
    if (index > 0) continue;
    await waitUntilHealthy(options);
    await healthy();
  }
  for (const name of worldClusters(scenario)) applyByHand(world.cluster(name).objects, scenario.liveAfter(name));
  return { commits, appliedAt: clock.now() };
}

/** Lets somebody do in a sandbox what they do while the hub is at work. */
export async function actMeanwhile({ scenario, world, writer }: Pick<PlayOptions, 'scenario' | 'world' | 'writer'>, { files, message, byHand }: ScenarioAct): Promise<void> {
  if (files.size > 0) await writer.commit({ branch: scenario.repository.branch, files, message });
  for (const name of worldClusters(scenario)) applyByHand(world.cluster(name).objects, byHand(name));
  world.nudge();
}

/** Makes every cluster follow its folders of `deploy[]`. */
export function deployRoots(scenario: Scenario, world: World, url: string): void {
  const { branch } = scenario.repository;
  for (const root of rootsOf(scenario)) deployFolder(world.cluster(root.cluster).objects, { ...root, url, branch, isBuilt: isBuilt(scenario.history[0]?.files ?? new Map(), root.path) });
}

/** The roots of `deploy[]` that have not applied a commit yet, nor tried to. */
export function rootsNotTried(scenario: Scenario, world: World, commit: string): readonly Scenario['deploy'][number][] {
  return rootsOf(scenario).filter(({ cluster, engine, name }) => {
    const { objects } = world.cluster(cluster);
    return revisionTried(objects, engine, name) !== commit || followersBehind(objects, commit).length > 0;
  });
}

/** A folder with a kustomization or a chart is built, any other is applied with all that lies below it. */
function isBuilt(files: ReadonlyMap<string, string | null>, path: string): boolean {
  const folder = normalise(path);
  return [...files.keys()].some((file) => builtFolderOf(file) === folder || file === (folder === '' ? 'Chart.yaml' : `${folder}/Chart.yaml`));
}

/** The root objects of `deploy[]`: a second one in the same cluster gets a name of its own. */
function rootsOf({ deploy }: Scenario): readonly (Scenario['deploy'][number] & { readonly name: string })[] {
  return deploy.map((root, index) => {
    const earlier = deploy.slice(0, index).filter(({ cluster }) => cluster === root.cluster).length;
    return { ...root, name: earlier === 0 ? 'fleet' : `fleet-${earlier + 1}` };
  });
}

/** A branch is made of every step up to its start, and then its own files. */
async function commitBranch({ scenario, writer }: PlayOptions, decoy: Scenario['branches'][number], start: number): Promise<void> {
  const files = new Map<string, string | null>();
  for (const step of scenario.history.slice(0, start + 1)) for (const [path, text] of step.files) files.set(path, text);
  const present = new Map([...files].filter(([, text]) => text !== null));
  await writer.commit({ branch: decoy.name, files: present, message: scenario.history[start]?.message ?? '' });
  await writer.commit({ branch: decoy.name, files: decoy.files, message: decoy.message });
}

const EARLY = ['CustomResourceDefinition', 'Namespace', 'Node', 'StorageClass', 'PriorityClass'];

/** Creates objects that are not in Git, those first that others need; a status that comes with one is written, too. */
export function createLive(objects: ClusterObjects, live: readonly KubeObject[]): void {
  const rank = ({ kind }: KubeObject) => (EARLY.includes(kind) ? EARLY.indexOf(kind) : EARLY.length);
  for (const object of [...live].sort((a, b) => rank(a) - rank(b))) applyWithStatus(objects, object, 'kubectl-client-side-apply');
}

/** Server-side, forced, as `kubectl-edit`, status included. */
export function applyByHand(objects: ClusterObjects, edits: readonly KubeObject[]): void {
  for (const object of edits) applyWithStatus(objects, object, 'kubectl-edit');
}

function applyWithStatus(objects: ClusterObjects, object: KubeObject, manager: string): void {
  const applied = objects.apply(object, { manager, force: true });
  const { status } = object;
  if (typeof status !== 'object' || status === null) return;
  objects.updateStatus<KubeObject>({ ...applied, status: { ...(applied['status'] as object | undefined), ...status } }, { manager });
}

async function waitUntilTried({ scenario, world, clock, signal }: PlayOptions, commit: string): Promise<void> {
  const late = () => rootsNotTried(scenario, world, commit);
  await waitFor(clock, signal, () => late().length === 0, () => `commit ${commit.slice(0, 7)} was not applied in ${late().map(({ cluster }) => cluster).join(', ')}: look at the status of its root Kustomization or Application`);
}

async function waitUntilHealthy({ scenario, world, clock, signal }: PlayOptions): Promise<void> {
  // What was there before is as the scenario wants it, well or not.
  const older = new Set(scenario.clusters.flatMap((name) => scenario.live(name).map((object) => `${name} ${keyOf(object)}`)));
  const sick = () => scenario.clusters.flatMap((name) => unhealthyWorkloads(world.cluster(name).objects, (object) => !older.has(`${name} ${keyOf(object)}`)).map((workload) => `${workload} in ${name}`));
  const unsettled = () => worldClusters(scenario).flatMap((name) => followersUnsettled(world.cluster(name).objects).map((follower) => `${follower} in ${name}`));
  const wrong = () => [...unsettled(), ...sick()];
  await waitFor(clock, signal, () => wrong().length === 0, () => `the first step did not become healthy: ${wrong().join('; ')}`);
}

/** Deployments, StatefulSets, DaemonSets and Jobs that are not as they should be, with why. */
export function unhealthyWorkloads(objects: ClusterObjects, isOurs: (object: KubeObject) => boolean = () => true): readonly string[] {
  const workloads = [...['Deployment', 'StatefulSet', 'DaemonSet'].flatMap((kind) => objects.list('apps/v1', kind)), ...objects.list('batch/v1', 'Job')];
  return workloads.filter(isOurs).flatMap((object) => {
    const health = healthOf(object);
    return health && health.status !== 'Healthy' && health.status !== 'Suspended' ? [`${keyOf(object)}: ${health.message ?? health.status}`] : [];
  });
}

function keyOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}

async function waitFor(clock: Clock, signal: AbortSignal | undefined, holds: () => boolean, describe: () => string): Promise<void> {
  const end = clock.now() + PATIENCE;
  while (!holds()) {
    if (clock.now() >= end) throw new PermanentError('ScenarioStuck', describe());
    await clock.sleep(seconds(0.25), signal);
  }
}
