import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startAgent } from '@fleetmend/agent';
import { createInProcessBus } from '@fleetmend/bus';
import { HubConfig } from '@fleetmend/config';
import { createLocalPullRequests, type LocalPullRequests } from '@fleetmend/forges';
import { createGit, type BareRepository } from '@fleetmend/git';
import { pluginStateDir, startHub, type Closers, type RunningHub } from '@fleetmend/hub';
import { isPermanent, messageOf, PermanentError, seconds, type Clock, type Random } from '@fleetmend/kernel';
import { installedRenderers } from '@fleetmend/render';
import { createWorld, identityOf, renderKubeconfig, serveApi, type World } from '@fleetmend/sandbox';
import type { Logger } from '@fleetmend/telemetry';

import { keptAttestationKey } from './attestation-key.ts';
import { FORGE, REPOSITORY } from './demo-settings.ts';
import { prepareHubCluster, type FleetSettings } from './hub-cluster-objects.ts';
import { onKeptPort } from './kept-ports.ts';
import { followBranch } from './follow-branch.ts';
import type { Pace } from './pace.ts';
import type { StateLayout } from './state-layout.ts';

/** What a process hands in. */
export interface CliWorld {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch: typeof fetch;
  /** The checkout or the installed package: where `policies/bundle` is. */
  readonly root: string;
}

export interface FleetPlan {
  readonly layout: StateLayout;
  /** Names, the first one also is the hub cluster, so that one kubeconfig context shows workloads and requests. */
  readonly clusters: readonly string[];
  readonly settings: FleetSettings;
  readonly branch: string;
  readonly pace: Pace;
}

export interface SandboxFleet {
  readonly world: World;
  readonly repository: BareRepository;
  readonly pullRequests: LocalPullRequests;
  /** Starts agents and hub; before, the world is there and nobody watches it. */
  startFleetmend(): Promise<RunningHub>;
  readonly apiServers: readonly { readonly name: string; readonly server: string }[];
}

const API_PORT = 16_443;
const HUB_PORT = 18_080;

/** A whole fleet in this process: embedded clusters behind TLS, a local forge, and (when told) agents and a hub. */
export async function openSandboxFleet({ layout, clusters, settings, branch, pace }: FleetPlan, cli: CliWorld, closers: Closers): Promise<SandboxFleet> {
  const { clock, random, log, env } = cli;
  const git = createGit(env['PATH'] === undefined ? {} : { path: env['PATH'] });
  const forgeDir = pluginStateDir(layout.hub, `hub.forges.${FORGE}`, 'local');
  const pullRequests = closers.add(createLocalPullRequests({ stateDir: forgeDir, root: layout.repositories, clock, git }), (opened) => opened.dispose());
  const repository = await openRepository(pullRequests, layout.repositories);

  const failed = (...what: readonly unknown[]) => log.warn({ what: what.map(String) }, 'the sandbox has trouble');
  const world = closers.add(createWorld({ clusters, clock, random, state: layout.world, repositories: () => repository, renderers: installedRenderers(env), failed }), (made) => made.close());
  const [hubName = ''] = clusters;
  prepareHubCluster(world.cluster(hubName).objects, settings);

  const identity = await identityOf(world.store, clock);
  const serving = closers.add(
    await onKeptPort({ file: layout.ports, name: 'api', first: API_PORT, listen: (port) => serveApi({ servers: world.clusters.map(({ server }) => server), identity, port }) }),
    (listening) => listening.close(),
  );
  writeFileSync(layout.kubeconfig, renderKubeconfig(serving.clusters, hubName), { mode: 0o600 });
  closers.add(followBranch({ repository, branch, clock, moved: () => world.nudge() }), (following) => following.stop());

  async function startFleetmend(): Promise<RunningHub> {
    const bus = closers.add(createInProcessBus({ clock }), (made) => made.close());
    const config = HubConfig.parse({
      ...pace.hub,
      profile: 'sandbox',
      stateDir: layout.hub,
      forges: { [FORGE]: { kind: 'local', root: layout.repositories } },
      policyEngine: { kind: 'opa-wasm', bundle: join(cli.root, 'policies', 'bundle') },
      http: { dashboard: dashboardOf(cli.root) },
      attestation: { key: { file: keptAttestationKey(layout.attestation) } },
    });
    const hub = closers.add(
      await onKeptPort({
        file: layout.ports,
        name: 'hub',
        first: HUB_PORT,
        listen: (port) => startHub({ ...config, http: { ...config.http, port } }, { clock, random, log, env, fetch: cli.fetch, bus, kubernetes: directly(world, hubName) }),
      }),
      (started) => started.stop(),
    );
    for (const name of clusters) {
      const agentLog = { info: (message: string, fields = {}) => log.debug({ ...fields, 'fleetmend.cluster': name }, message), warn: (message: string, fields = {}) => log.warn({ ...fields, 'fleetmend.cluster': name }, message) };
      closers.add(
        await startAgent({ cluster: name, ...directly(world, name), bus, clock, random, stateDir: layout.agent(name), log: agentLog, settings: { hold: pace.closeDwell, heartbeat: seconds(5), tick: 200 } }),
        (agent) => agent.stop(),
      );
    }
    return hub;
  }

  return { world, repository, pullRequests, startFleetmend, apiServers: serving.clusters };
}

/** The built dashboard beside the program; undefined: this checkout was never built, as in a test. */
export function dashboardOf(root: string): string | undefined {
  const dir = join(root, 'dist', 'dashboard');
  return existsSync(join(dir, 'index.html')) ? dir : undefined;
}

/** @throws PermanentError `RepositoryCorrupt` naming the folder. */
async function openRepository(pullRequests: LocalPullRequests, folder: string): Promise<BareRepository> {
  try {
    const repository = await pullRequests.repository(REPOSITORY);
    await repository.branches();
    return repository;
  } catch (error) {
    if (isPermanent(error)) throw error;
    throw new PermanentError('RepositoryCorrupt', `the repository of the local fleet in ${folder} cannot be read: ${messageOf(error)}; restore it, or delete the whole state directory to begin anew`, { cause: error });
  }
}

/** The HTTP API of one embedded cluster as a function: the same bytes as over TLS, without the sockets. */
function directly(world: World, name: string): { readonly server: string; readonly fetch: typeof fetch; readonly headers: () => Promise<Readonly<Record<string, string>>> } {
  const { server } = world.cluster(name);
  const send = (input: string | URL | Request, init?: RequestInit) => server.fetch(new Request(input, init));
  return { server: `https://${name}.sandbox`, fetch: send as typeof fetch, headers: async () => ({}) };
}
