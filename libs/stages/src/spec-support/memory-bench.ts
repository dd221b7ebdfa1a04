import { days, seededRandom, type Instant } from '@fleetmend/kernel';
import { effectivePolicy, productionSettings, type View } from '@fleetmend/lifecycle';
import type { Action, KubeObject, RemediationRequest } from '@fleetmend/model';
import type { VectorStore } from '@fleetmend/plugin-api';
import { jsonLayout, jsonPath, laggingRequests, memoryAudit, memoryEvidence, memoryForge, memoryGit, memoryNotifier, memoryRequests, memorySettings, renderObject, ruleEngine, scriptedReasoner, simpleApplication, simpleEngine, VirtualClock, type MemoryGit } from '@fleetmend/testing';
import { createStages } from '../stages.ts';
import { productionPace, type Stages } from '../stage.ts';

const REPOSITORY = 'acme/shop';
export const NOW: Instant = Date.UTC(2026, 0, 5, 9, 0, 0);

/** `Deployment/shop/checkout` with a limit of 64Mi. */
export function checkout(memory = '64Mi'): KubeObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'shop', name: 'checkout' }, spec: { replicas: 2, template: { spec: { containers: [{ name: 'app', image: 'shop/app:1', resources: { limits: { memory } } }] } } } };
}

export const FILE = jsonPath({ namespace: 'shop', name: 'checkout' });

export interface MemoryBench {
  readonly stages: Stages;
  readonly git: MemoryGit;
  view(request: RemediationRequest, now?: Instant): View;
}

/** The real stages over fakes: one repository, one live workload, a reasoner that always answers the same candidates, and a given memory. */
export function memoryBench({ vectorStore, candidates, mode = 'AutoMerge' }: { readonly vectorStore: VectorStore; readonly candidates: readonly Action[]; readonly mode?: 'Propose' | 'AutoMerge' }): MemoryBench {
  const clock = new VirtualClock();
  const git = memoryGit(clock, new Map([[FILE, renderObject(checkout())]]));
  const forge = memoryForge({ git, clock, repository: REPOSITORY });
  const head = () => git.tip('main')?.sha ?? '';
  const { port: settings } = memorySettings({
    bindings: [{ namespace: 'shop-team', labels: {}, createdAt: '2026-01-01T00:00:00Z', name: 'shop', uid: 'b', spec: { selects: {}, forgeRef: 'memory', repository: REPOSITORY, branch: 'main', editablePaths: ['apps/**'] } }],
  });
  const stages = createStages({
    requests: laggingRequests(memoryRequests(clock)),
    settings,
    clusters: {
      ask: async (_cluster: string, question: { readonly question: string; readonly ref?: { readonly kind: string } }) =>
        (question.question === 'object'
          ? { objects: question.ref?.kind === 'Deployment' ? [checkout()] : question.ref?.kind === 'Application' ? [simpleApplication({ repoURL: REPOSITORY, path: 'apps', revision: 'main' }, { applied: head() })] : [] }
          : { items: [], ready: 0, desired: 2, guards: [], findings: [], pods: [] }) as never,
    },
    openSet: { find: () => undefined, open: () => [], pods: () => undefined, lastContact: () => NOW, since: NOW, isSynced: () => true } as never,
    repositories: { open: async () => git.repository },
    evidence: memoryEvidence(),
    audit: memoryAudit(),
    clock,
    random: seededRandom(1),
    forge: () => forge.forge,
    engines: [simpleEngine()],
    layouts: [jsonLayout()],
    reasoners: [scriptedReasoner(() => ({ cause: 'the limit is too low', confidence: 0.9, source: 'Playbook', cites: [], candidates }))],
    policyEngine: ruleEngine(() => ({ name: 'all', maxMemory: 2 ** 40 })),
    vectorStore,
    notifiers: [memoryNotifier()],
    lifecycle: productionSettings,
    pace: productionPace,
  });
  return {
    stages,
    git,
    view: (request, now = NOW) => ({
      request,
      now,
      clusters: request.spec.clusters.map((name) => ({ name, lastContact: now, entry: undefined, synced: true })),
      policy: { ...effectivePolicy({ request, policies: [], labelsOf: () => ({}), now, settings: productionSettings }), mode },
      bundle: { name: 'all', revision: '1', digest: `sha256:${'0'.repeat(64)}` },
      approvals: [],
      others: [],
      resting: new Set(),
      settings: productionSettings,
    }),
  };
}

export const YEAR = days(365);
