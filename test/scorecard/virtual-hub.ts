import { createClusters, consumeDurably, type InProcessBus } from '@fleetmend/bus';
import { HubConfig } from '@fleetmend/config';
import { messageOf, parse, renderTime, seconds, type Random } from '@fleetmend/kernel';
import { RemediationPolicySpec, RemediationRequestStatus, RepoBindingSpec, type RemediationRequest } from '@fleetmend/model';
import type { Forge, PolicyEngine } from '@fleetmend/plugin-api';
import type { Charts, Repository, Requests } from '@fleetmend/ports';
import { createIntake, createOpenSet, createReconciler, startReconcileLoop, type Moved } from '@fleetmend/reconcile';
import type { scenarioSettings } from '@fleetmend/sandbox';
import { createStages, fileSharing, registryBroughtByGit, type StageDeps } from '@fleetmend/stages';
import { memoryAudit, memoryEvidence, memoryNotifier, memoryRequests, memorySettings, type MemoryTicket, type RequestLedger, type VirtualClock } from '@fleetmend/testing';
import { createHubPlugins } from '../../apps/hub/src/plugins/hub-plugins.ts';
import { hubTimes } from '../../apps/hub/src/reconcile/hub-times.ts';
import { unhurried } from './unhurried.ts';

const WORKERS = 4;
const RESYNC = seconds(30);
export const FORGE = 'virtual';

export interface VirtualHubOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly bus: InProcessBus;
  readonly forge: Forge;
  readonly repository: Repository;
  /** Charts of the scenario's repositories. */
  readonly charts?: Charts | undefined;
  readonly policyEngine: PolicyEngine;
  readonly settings: ReturnType<typeof scenarioSettings>;
  readonly stateDir: string;
  /** Where programs are found. */
  readonly path: string;
  readonly moved: (request: RemediationRequest, move: Moved) => void;
  readonly trouble: (message: string) => void;
}

export interface VirtualHub {
  readonly ledger: RequestLedger;
  readonly tickets: ReadonlyMap<string, MemoryTicket>;
  stop(): Promise<void>;
}

/** Intake, reconciler and every stage of the hub with its default plugins and no model, on a virtual clock and without Nest. */
export async function startVirtualHub({ clock, random, bus, forge, repository, charts, policyEngine, settings: written, stateDir, path, moved, trouble }: VirtualHubOptions): Promise<VirtualHub> {
  const config = HubConfig.parse({ profile: 'sandbox', stateDir, lifecycle: { hold: '10s' }, notifiers: [] });
  const times = hubTimes(config);
  const log = { info: () => undefined, warn: (message: string) => trouble(message) };
  const plugins = await createHubPlugins(config, { clock, fetch: refuseNetwork, log, env: { PATH: path }, writeEvent: async () => undefined, policyEngine });
  const ledger = memoryRequests(clock);
  const requests = checked(ledger.port);
  const settings = memorySettings(settingsOf(written, renderTime(clock.now()))).port;
  const openSet = createOpenSet({ clock, closeDwell: times.lifecycle.hold });
  const notifier = memoryNotifier();
  const hubBus = bus.hub();
  const { close: closePlugins, ...parts } = plugins;
  const deps: StageDeps = {
    ...parts, requests, settings, openSet, clock, random,
    forge: () => forge,
    notifiers: [notifier],
    clusters: createClusters(hubBus),
    repositories: { open: async () => repository },
    charts,
    evidence: memoryEvidence(),
    audit: memoryAudit(),
    lifecycle: times.lifecycle,
    pace: times.pace,
  };
  const look = createReconciler({ ...deps, stages: createStages(deps), moved, failed: (key, stage, error) => trouble(`${key.name}: ${stage} failed: ${messageOf(error)}`), rest: times.pace.pollSlow });
  const loop = startReconcileLoop({ clock, requests, openSet, workers: WORKERS, reconcile: unhurried(look, { clock, trouble }), resync: times.resync, failed: (key, error) => trouble(`a look at ${key} failed: ${messageOf(error)}`) });

  const intake = createIntake({ requests, settings, openSet, clock, shareFile: fileSharing(deps), broughtByGit: registryBroughtByGit(deps), window: times.groupingWindow });
  await consumeDurably(hubBus, { clock, take: intake, onTrouble: (error) => trouble(`a failure event was not taken in: ${messageOf(error)}`) });
  await hubBus.onHeartbeat((heartbeat) => {
    if (openSet.compare(heartbeat)) hubBus.resync(heartbeat.cluster, RESYNC).catch((error: unknown) => trouble(`${heartbeat.cluster} did not say everything again: ${messageOf(error)}`));
  });
  return {
    ledger,
    tickets: notifier.tickets,
    async stop() {
      await loop.stop();
      await hubBus.close();
      await closePlugins();
    },
  };
}

/** Nothing of a scenario may leave the machine. */
const refuseNetwork = (async (input: unknown) => {
  throw new Error(`a scenario reaches no network: ${String(input)}`);
}) as typeof fetch;

/** The API server of a real hub refuses what its schemas do not allow; so does this ledger. */
function checked(port: Requests): Requests {
  return { ...port, writeStatus: async (request, status) => port.writeStatus(request, parse(RemediationRequestStatus, status, `status of ${request.metadata.name}`)) };
}

function settingsOf({ clusters, policies, bindings }: ReturnType<typeof scenarioSettings>, createdAt: string) {
  const setting = ({ name, namespace }: { readonly name: string; readonly namespace: string }) => ({ name, namespace, uid: `uid-${name}`, labels: {}, createdAt });
  return {
    policies: policies.map((policy) => ({ ...setting(policy), spec: RemediationPolicySpec.parse(policy.spec) })),
    bindings: bindings.map((binding) => ({ ...setting(binding), spec: RepoBindingSpec.parse(binding.spec) })),
    clusters: clusters.map(({ name, labels, spec }) => ({ ...setting({ name, namespace: 'fleetmend-system' }), labels, spec, status: {} })),
  };
}
