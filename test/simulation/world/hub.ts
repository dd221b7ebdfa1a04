import { seconds, type Clock, type Random } from '@fleetmend/kernel';
import type { Lifecycle } from '@fleetmend/lifecycle';
import type { Heartbeat } from '@fleetmend/model';
import type { Forge, PolicyEngine, Reasoner, VectorStore } from '@fleetmend/plugin-api';
import type { Audit, Clusters, Evidence, Settings } from '@fleetmend/ports';
import { createIntake, createOpenSet, createReconciler, startReconcileLoop } from '@fleetmend/reconcile';
import { createStages, fileSharing, registryBroughtByGit, type StageDeps } from '@fleetmend/stages';
import { jsonLayout, simpleEngine, type LaggingRequests, type MemoryGit, type memoryNotifier } from '@fleetmend/testing';
import type { Life } from '../scheduler.ts';
import type { Receiver } from './courier.ts';
import type { RemoteCalls } from './remote-calls.ts';
import { simulatedPace, simulatedSettings } from './settings.ts';

/** What a hub reaches the world through, before each call became an event of its own. */
export interface HubWorld {
  readonly requests: LaggingRequests;
  readonly settings: Settings;
  readonly clusters: Clusters;
  readonly git: MemoryGit;
  readonly forge: Forge;
  readonly policyEngine: PolicyEngine;
  readonly reasoner: Reasoner;
  readonly vectorStore: VectorStore;
  readonly notifier: ReturnType<typeof memoryNotifier>;
  readonly audit: Audit;
  readonly evidence: Evidence;
  readonly random: Random;
  readonly resync: (cluster: string) => void;
  readonly trace: (line: () => string) => void;
}

/** A bug put in on purpose: replaces parts of the hub, and shows whether anything notices. */
export interface PlantedBug {
  readonly table?: (table: Lifecycle) => Lifecycle;
  readonly deps?: (deps: StageDeps) => StageDeps;
  readonly stages?: (stages: ReturnType<typeof createStages>, deps: StageDeps) => ReturnType<typeof createStages>;
  readonly take?: (take: Receiver['take']) => Receiver['take'];
}

/** One life of a hub: intake and reconcile loop of production, over ports whose every call is an event of the simulation. */
export function startHub({ life, clock, world, remote, bug, table }: { readonly life: Life; readonly clock: Clock; readonly world: HubWorld; readonly remote: RemoteCalls; readonly bug: PlantedBug; readonly table: Lifecycle | undefined }): Receiver {
  const { random, trace } = world;
  const openSet = createOpenSet({ clock, closeDwell: simulatedSettings.hold });
  const requests = remote(life, 'requests', world.requests, ['get', 'list', 'create', 'writeStatus', 'setFinalizer', 'delete']);
  const settings = remote(life, 'settings', world.settings, ['policies', 'bindings', 'clusters', 'approvals']);
  const forge = remote(life, 'forge', world.forge, ['commit', 'openPullRequest', 'readPullRequest', 'mergePullRequest', 'updatePullRequest']);
  const repository = remote(life, 'repository', world.git.repository, ['head']);
  const policyEngine = remote(life, 'policyEngine', world.policyEngine, ['evaluate']);
  const plain: StageDeps = {
    requests,
    settings,
    clusters: remote(life, 'clusters', world.clusters, ['ask']),
    openSet,
    repositories: { open: async () => repository },
    evidence: remote(life, 'evidence', world.evidence, ['put']),
    audit: remote(life, 'audit', world.audit, ['record']),
    clock,
    random,
    forge: () => forge,
    engines: [simpleEngine()],
    layouts: [jsonLayout()],
    reasoners: [world.reasoner],
    policyEngine,
    vectorStore: remote(life, 'vectorStore', world.vectorStore, ['put', 'find', 'putVeto', 'findVetoes']),
    notifiers: [remote(life, 'notifier', world.notifier, ['escalate', 'closeTicket'])],
    lifecycle: simulatedSettings,
    pace: simulatedPace,
  };
  const deps = bug.deps?.(plain) ?? plain;
  const honest = createStages(deps);
  const reconcile = createReconciler({
    clock,
    requests: deps.requests,
    settings: deps.settings,
    openSet,
    policyEngine: deps.policyEngine,
    lifecycle: simulatedSettings,
    stages: bug.stages?.(honest, deps) ?? honest,
    random,
    moved: (request, move) => trace(() => `${life.name} moved ${request.metadata.name} ${move.from} → ${move.to} (${move.reason})`),
    failed: (key, stage, error) => trace(() => `${life.name} ${key.name} ${stage} failed: ${error instanceof Error ? error.message : String(error)}`),
    rest: seconds(20),
    ...(table === undefined ? {} : { table }),
  });
  const intake = createIntake({ requests: deps.requests, settings: deps.settings, openSet, clock, shareFile: fileSharing(deps), broughtByGit: registryBroughtByGit(deps), window: seconds(10) });
  startReconcileLoop({ clock, requests: deps.requests, openSet, workers: 4, reconcile, resync: seconds(120), failed: (key, error) => trace(() => `${life.name} ${key} reconcile failed: ${error.message}`) });
  return {
    life,
    take: bug.take?.(intake) ?? intake,
    heartbeat: (heartbeat: Heartbeat) => {
      if (openSet.compare(heartbeat)) world.resync(heartbeat.cluster);
    },
  };
}
