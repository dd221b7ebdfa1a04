import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAgent, type Agent } from '@fleetmend/agent';
import { createInProcessBus } from '@fleetmend/bus';
import { seconds, seededRandom, sha256 } from '@fleetmend/kernel';
import type { PolicyEngine } from '@fleetmend/plugin-api';
import type { Charts } from '@fleetmend/ports';
import { createWorld, PLACEHOLDER_URL, SCENARIO_REPOSITORY, scenarioSettings, worldClusters, type Renderers, type RepositoryWriter, type Scenario, type World } from '@fleetmend/sandbox';
import { emptyGit, memoryForge, VirtualClock, type MemoryForge, type MemoryGit } from '@fleetmend/testing';
import { readerOf, writerOf } from './git-access.ts';
import { mergeTexts } from './merge-texts.ts';
import { outside } from './outside.ts';
import { heldCharts } from './rendered-objects.ts';
import { scenarioCharts } from './scenario-charts.ts';
import { FORGE, startVirtualHub, type VirtualHub } from './virtual-hub.ts';

/** What the virtual world costs once per process and not once per scenario. */
export interface FleetParts {
  readonly policyEngine: PolicyEngine;
  /** Where programs are found. */
  readonly path: string;
  /** Builds folders with a `kustomization.yaml`. */
  readonly renderers: Renderers;
}

/** Clusters, agents, hub, forge and repository of one scenario, in one process on one virtual clock. */
export interface VirtualFleet {
  readonly clock: VirtualClock;
  readonly world: World;
  readonly git: MemoryGit;
  readonly forge: MemoryForge;
  readonly hub: VirtualHub;
  readonly writer: RepositoryWriter;
  /** Undefined: the scenario has no chart repository. */
  readonly charts: Charts | undefined;
  /** Moves of requests, in order, with what the sandbox, the agents and the stages had trouble with. */
  readonly log: readonly string[];
  readonly say: (message: string) => void;
  close(): Promise<void>;
}

const CLOSE_DWELL = seconds(10);

/** State of a scenario is thrown away with it: where memory can be had as a folder, no disk has to keep up. */
function quickFolder(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

/** Everything is seeded by the scenario's name: the same scenario plays the same way each time. */
export async function openVirtualFleet({ name, clusters, deploy, repository, charts: chartFolders, dir }: Pick<Scenario, 'name' | 'clusters' | 'deploy' | 'repository' | 'charts' | 'dir'>, { policyEngine, path, renderers }: FleetParts): Promise<VirtualFleet> {
  const clock = new VirtualClock(undefined, { outside });
  const start = clock.now();
  const seed = Number.parseInt(sha256(name).slice(7, 15), 16);
  const stateDir = mkdtempSync(join(quickFolder(), 'fleetmend-scorecard-'));
  const log: string[] = [];
  const say = (message: string) => void log.push(`${((clock.now() - start) / 1_000).toFixed(1)}s ${message}`);
  const git = emptyGit(clock);
  const forge = memoryForge({ git, clock, repository: SCENARIO_REPOSITORY, kind: FORGE, address: PLACEHOLDER_URL, mergeTexts });
  const served = scenarioCharts({ charts: chartFolders, dir }, path);
  const chartsFor = (by: 'fleet' | 'hub') => served && heldCharts(clock, served.open({ dir: join(stateDir, 'charts', by), clock, by }));
  const charts = chartsFor('fleet');
  const world = createWorld({ clusters: worldClusters({ clusters, deploy }), clock, random: seededRandom(seed), state: ':memory:', repositories: (url) => (url === PLACEHOLDER_URL ? readerOf(git) : undefined), renderers, charts, failed: ({ loop, key, error }) => say(`${loop} ${key}: ${String(error)}`) });
  // As a webhook would.
  git.onPush((branch) => {
    if (branch === repository.branch) world.nudge();
  });
  const bus = createInProcessBus({ clock });
  const hub = await startVirtualHub({
    clock, bus, stateDir, path,
    random: seededRandom(seed + 1),
    forge: forge.forge,
    repository: git.repository,
    charts: chartsFor('hub'),
    // It judges in a thread of its own.
    policyEngine: { ...policyEngine, evaluate: (input) => clock.hold(policyEngine.evaluate(input)) },
    settings: scenarioSettings({ clusters, deploy, repository }, { forge: FORGE }),
    moved: (request, move) => say(`${request.metadata.name} (${request.spec.failure.class}): ${move.from} → ${move.to} (${move.reason})`),
    trouble: say,
  });
  const agents: Agent[] = [];
  for (const [index, cluster] of worldClusters({ clusters, deploy }).entries()) {
    const { server } = world.cluster(cluster);
    const send = (input: string | URL | Request, init?: RequestInit) => server.fetch(new Request(input, init));
    agents.push(await startAgent({ cluster, server: `https://${cluster}.sandbox`, fetch: send as typeof fetch, bus, clock, random: seededRandom(seed + 2 + index), stateDir: join(stateDir, 'agents', cluster), settings: { hold: CLOSE_DWELL, heartbeat: seconds(5) }, log: { info: () => undefined, warn: (message) => say(`agent of ${cluster}: ${message}`) } }));
  }
  return {
    clock, world, git, forge, hub, log, say, charts,
    writer: writerOf(git),
    async close() {
      await Promise.all(agents.map((agent) => agent.stop()));
      await hub.stop();
      await bus.close();
      world.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}
