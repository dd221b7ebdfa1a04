import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { messageOf, parseDuration, PermanentError, type Duration } from '@fleetmend/kernel';
import { parse as parseYaml } from 'yaml';
import { readManifests } from '../applier/manifests.ts';
import type { KubeObject } from '../objects.ts';
import { scenarioSchema } from './scenario-schema.ts';
import type { ScenarioFile } from './scenario-schema.ts';

/** The cluster that holds what deploys to the others, where `deploy[]` names it. */
export const HUB = 'hub';

/** The clusters that a world needs to play the scenario: its own, and the hub where something is deployed from there. */
export function worldClusters({ clusters, deploy }: Pick<ScenarioFile, 'clusters' | 'deploy'>): readonly string[] {
  return deploy.some(({ cluster }) => cluster === HUB) && !clusters.includes(HUB) ? [...clusters, HUB] : clusters;
}

/** Where manifests name the fleet's repository; replaced by the forge's address before the first commit. */
export const PLACEHOLDER_URL = 'http://git.fleet.local/fleet.git';

export interface ScenarioStep {
  readonly message: string;
  readonly healthy: boolean;
  /** What the step's commit changes; `null` removes a file. */
  readonly files: ReadonlyMap<string, string | null>;
}

export interface ScenarioBranch {
  readonly name: string;
  /** The index of the step that it starts from. */
  readonly from: number;
  readonly message: string;
  readonly files: ReadonlyMap<string, string | null>;
}

/** What somebody does while the hub is at work. */
export interface ScenarioAct {
  readonly once: 'applied' | 'opened' | 'merged';
  readonly after: Duration;
  /** For the story: what a commit says, or what is applied by hand. */
  readonly message: string;
  /** What their commit changes; empty where they act by hand. */
  readonly files: ReadonlyMap<string, string | null>;
  /** What they apply by hand. */
  byHand(cluster: string): readonly KubeObject[];
}

/** A scenario folder, read completely. */
export interface Scenario extends Omit<ScenarioFile, 'history' | 'branches' | 'meanwhile'> {
  readonly dir: string;
  readonly history: readonly ScenarioStep[];
  readonly branches: readonly ScenarioBranch[];
  readonly meanwhile: readonly ScenarioAct[];
  /** What is in the cluster before the first step. */
  live(cluster: string): readonly KubeObject[];
  /** What is applied by hand after the last one. */
  liveAfter(cluster: string): readonly KubeObject[];
}

/**
 * Reads a scenario folder.
 * @param url the address that replaces {@link PLACEHOLDER_URL} in every file
 * @throws PermanentError `BadScenario` naming the file and the key
 */
export function readScenario(dir: string, { url = PLACEHOLDER_URL }: { readonly url?: string } = {}): Scenario {
  const file = parseScenario(dir);
  const place = (text: string) => text.replaceAll(PLACEHOLDER_URL, url);
  const history = file.history.map(({ dir: step, message, healthy = false }, index): ScenarioStep => ({ message, healthy: healthy || index === 0, files: readOverlay(dir, step, place) }));
  const branches = file.branches.map(({ name, from, dir: step, message }): ScenarioBranch => ({ name, from: stepIndex(file, dir, from), message, files: readOverlay(dir, step, place) }));
  const meanwhile = file.meanwhile.map(({ once, after, dir: step, message, hand }): ScenarioAct => ({
    once,
    after: parseDuration(after),
    message: message ?? `${hand ?? ''} by hand`,
    files: step === undefined ? new Map() : readOverlay(dir, step, place),
    byHand: (cluster) => (hand === undefined ? [] : readLive(join(dir, hand), { cluster, clusters: file.clusters, place })),
  }));
  checkClusters(file, dir);
  return {
    ...file,
    dir,
    history,
    branches,
    meanwhile,
    live: (cluster) => readLive(join(dir, 'live'), { cluster, clusters: file.clusters, place }),
    liveAfter: (cluster) => readLive(join(dir, 'live', 'after'), { cluster, clusters: file.clusters, place }),
  };
}

function bad(file: string, problem: string): PermanentError {
  return new PermanentError('BadScenario', `${file}: ${problem}`);
}

function parseScenario(dir: string): ScenarioFile {
  const file = join(dir, 'scenario.yaml');
  if (!existsSync(file)) throw bad(file, 'there is no such file: a scenario is a folder with a scenario.yaml');
  let value: unknown;
  try {
    value = parseYaml(readFileSync(file, 'utf8'));
  } catch (error) {
    throw bad(file, `is not valid YAML: ${messageOf(error)}`);
  }
  const result = scenarioSchema.safeParse(value);
  if (!result.success) throw bad(file, result.error.issues.map((issue) => `${issue.path.map(String).join('.') || 'the document'}: ${issue.message}`).join('; '));
  if (result.data.name !== basename(dir)) throw bad(file, `name is "${result.data.name}", but the folder is "${basename(dir)}": they must be the same`);
  return result.data;
}

function checkClusters({ clusters, deploy }: ScenarioFile, dir: string): void {
  for (const [index, { cluster }] of deploy.entries()) {
    if (cluster !== HUB && !clusters.includes(cluster)) throw bad(join(dir, 'scenario.yaml'), `deploy.${index}.cluster: "${cluster}" is not among clusters (${clusters.join(', ')})`);
  }
}

/** A decoy branch starts at a step, named by its folder, its message or its number; at the first where nothing is said, or at the deployed branch's name. */
function stepIndex({ history, repository }: ScenarioFile, dir: string, from: string | number | undefined): number {
  if (from === undefined) return 0;
  if (from === repository.branch) return history.length - 1;
  const index = typeof from === 'number' ? from : history.findIndex((step) => step.dir === from || basename(step.dir) === from || step.message === from);
  if (index < 0 || index >= history.length) throw bad(join(dir, 'scenario.yaml'), `branches: from "${from}" names no step of history`);
  return index;
}

function readOverlay(dir: string, step: string, place: (text: string) => string): ReadonlyMap<string, string | null> {
  const root = join(dir, step);
  if (!existsSync(root)) throw bad(join(dir, 'scenario.yaml'), `the folder ${step} does not exist`);
  return new Map(listFiles(root).map((path) => (path.endsWith('.deleted') ? ([path.slice(0, -'.deleted'.length), null] as const) : ([path, place(readFileSync(join(root, path), 'utf8'))] as const))));
}

interface LiveQuery {
  readonly cluster: string;
  readonly clusters: readonly string[];
  readonly place: (text: string) => string;
}

/** Files directly in the folder count for every cluster, those in a folder named like a cluster for that one only. */
function readLive(root: string, { cluster, clusters, place }: LiveQuery): readonly KubeObject[] {
  if (!existsSync(root)) return [];
  const own = listFiles(root).filter((path) => {
    const [first = '', ...rest] = path.split('/');
    if (rest.length === 0) return true;
    if (first === 'after') return false;
    if (!clusters.includes(first) && first !== HUB) throw bad(join(root, path), `live objects stand in live/ or in a folder named like a cluster (${clusters.join(', ')})`);
    return first === cluster;
  });
  return readManifests(new Map(own.map((path) => [path, place(readFileSync(join(root, path), 'utf8'))])));
}

/** Paths from `root`, with `/`, sorted. */
function listFiles(root: string, prefix = ''): readonly string[] {
  return readdirSync(join(root, prefix))
    .sort()
    .flatMap((name) => {
      const path = prefix === '' ? name : `${prefix}/${name}`;
      return statSync(join(root, path)).isDirectory() ? listFiles(root, path) : [path];
    });
}
