import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, seededRandom } from '@fleetmend/kernel';
import { createGit, openBareRepository, openMirrors, type BareRepository } from '@fleetmend/git';
import { argocd, flux } from '@fleetmend/gitops-engines';
import { effectivePolicy, productionSettings, type View } from '@fleetmend/lifecycle';
import { groupOf, type KubeObject, type Question, type RemediationRequest } from '@fleetmend/model';
import type { Forge, GitOpsEngine, PluginDeps, SourceLayout } from '@fleetmend/plugin-api';
import { sourceLayouts } from '@fleetmend/source-layouts';
import { applicationIndex, createStages, productionPace, type ApplicationIndex, type StageDeps, type Stages } from '@fleetmend/stages';
import { aRequest, laggingRequests, memoryAudit, memoryEvidence, memoryNotifier, memoryRequests, memorySettings, memoryVectorStore, ruleEngine, scriptedReasoner, VirtualClock } from '@fleetmend/testing';
import { CLUSTERS, type FleetApplication, type FleetRepository } from './fleet-repository.ts';

const REPOSITORY = 'acme/fleet';
const NOW = Date.UTC(2026, 0, 5, 9, 0, 0);

/** The hub's own code over a real Git repository; clusters and forge answer at once, so that what is measured is ours. */
export interface BenchWorld {
  readonly remote: BareRepository;
  /** As a hub that has just started: nothing fetched, nothing known. */
  restarted(): Promise<BenchHub>;
  close(): Promise<void>;
}

export interface BenchHub {
  readonly deps: StageDeps & { readonly index: ApplicationIndex };
  readonly stages: Stages;
  /** A request that asks for another memory limit of one workload. */
  view(application: FleetApplication, memory: string): View;
}

export async function openBenchWorld(fleet: FleetRepository, { renderers }: { readonly renderers: string }): Promise<BenchWorld> {
  const root = await mkdtemp(join(tmpdir(), 'fleetmend-bench-'));
  const clock = new VirtualClock(NOW);
  const git = createGit();
  const remote = await openBareRepository({ path: join(root, 'remote.git'), git, clock });
  await remote.commit({ branch: 'main', files: fleet.files, message: 'the whole fleet' });
  let restarts = 0;
  return {
    remote,
    async restarted() {
      const layouts = await Promise.all(sourceLayouts.map(async (definition): Promise<SourceLayout> => definition.create({} as never, { searchPath: renderers } as never)));
      const deps = depsOf({ fleet, layouts, clock, mirrors: openMirrors({ root: join(root, `mirrors-${(restarts += 1)}`), git }), remote: remote.path });
      return { deps, stages: createStages(deps), view: (application, memory) => viewOf(requestFor(application, memory)) };
    },
    close: () => rm(root, { recursive: true, force: true }),
  };
}

interface Parts {
  readonly fleet: FleetRepository;
  readonly layouts: readonly SourceLayout[];
  readonly clock: VirtualClock;
  readonly mirrors: StageDeps['repositories'];
  readonly remote: string;
}

function depsOf({ fleet, layouts, clock, mirrors, remote }: Parts): StageDeps & { readonly index: ApplicationIndex } {
  const named = (name: string) => ({ name, namespace: 'fleetmend-system', uid: name, labels: {}, createdAt: '2026-01-01T00:00:00Z' });
  const { port: settings } = memorySettings({
    bindings: [{ ...named('fleet'), spec: { selects: {}, forgeRef: 'bench', repository: REPOSITORY, branch: 'main', editablePaths: ['**'] } }],
    clusters: Object.entries(CLUSTERS).map(([engine, name]) => ({ ...named(name), spec: { gitops: { engine } }, status: {} }) as never),
  });
  const engines = [argocd.create(parse(argocd.config, {}, 'config'), {} as PluginDeps), flux.create({}, {} as PluginDeps)] as readonly GitOpsEngine[];
  return {
    requests: laggingRequests(memoryRequests(clock)),
    settings,
    clusters: { ask: async (cluster: string, question: Question) => answerOf(fleet.objects[cluster] ?? [], question) as never },
    openSet: { find: () => undefined, open: () => [], pods: () => undefined, lastContact: () => NOW, since: NOW, isSynced: () => true } as never,
    repositories: mirrors,
    evidence: memoryEvidence(),
    audit: memoryAudit(),
    clock,
    random: seededRandom(1),
    forge: () => ({ kind: 'bench', remote: async () => ({ url: remote }) }) as unknown as Forge,
    engines,
    layouts,
    index: applicationIndex(layouts),
    reasoners: [scriptedReasoner(() => undefined as never)],
    policyEngine: ruleEngine(() => ({ name: 'all', maxMemory: 2 ** 40 })),
    vectorStore: memoryVectorStore(),
    notifiers: [memoryNotifier()],
    lifecycle: productionSettings,
    pace: productionPace,
  };
}

/** As an agent answers, at once. */
function answerOf(objects: readonly KubeObject[], question: Question): unknown {
  if (question.question !== 'object') return { answer: 'health', items: [], ready: 2, desired: 2, guards: {}, findings: [], pods: [] };
  const { after = '', limit, ref: { apiVersion, kind, namespace, name } } = question;
  const found = objects.filter((object) => placeOf(object) > after && object.kind === kind && groupOf(object.apiVersion) === groupOf(apiVersion) && (name === undefined || object.metadata.name === name) && (namespace === undefined || object.metadata.namespace === namespace));
  return { answer: 'object', objects: found.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)).slice(0, limit), truncated: found.length > limit };
}

function placeOf({ metadata: { namespace = '', name } }: KubeObject): string {
  return `${namespace}/${name}`;
}

function requestFor({ cluster, workload: { apiVersion, kind, metadata } }: FleetApplication, memory: string): RemediationRequest {
  const target = { apiVersion, kind, namespace: metadata.namespace ?? '', name: metadata.name, container: 'app' };
  return aRequest(NOW)
    .named('rr-bench', 'fleetmend-system')
    .about({ clusters: [cluster], target })
    .diagnosed({ candidates: [JSON.stringify({ action: 'setResources', container: 'app', limits: { memory } })] }).request;
}

function viewOf(request: RemediationRequest): View {
  return {
    request,
    now: NOW,
    clusters: request.spec.clusters.map((name) => ({ name, lastContact: NOW, entry: undefined, synced: true })),
    policy: effectivePolicy({ request, policies: [], labelsOf: () => ({}), now: NOW, settings: productionSettings }),
    bundle: { name: 'all', revision: '1', digest: `sha256:${'0'.repeat(64)}` },
    approvals: [],
    others: [],
    resting: new Set(),
    settings: productionSettings,
  };
}
