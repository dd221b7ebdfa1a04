import { join } from 'node:path';
import { digestOf, minutes, renderTime, seededRandom, seconds } from '@fleetmend/kernel';
import { productionSettings } from '@fleetmend/lifecycle';
import type { EvidenceItem, KubeObject, Question, RemediationRequest } from '@fleetmend/model';
import type { Reasoner } from '@fleetmend/plugin-api';
import { opaWasm } from '@fleetmend/policy-engines';
import { createOpenSet, createReconciler } from '@fleetmend/reconcile';
import { createStages, productionPace } from '@fleetmend/stages';
import { aRequest, jsonLayout, jsonPath, memoryAudit, memoryEvidence, memoryForge, memoryGit, memoryNotifier, memoryRequests, memorySettings, memoryVectorStore, renderObject, simpleApplication, simpleEngine, VirtualClock } from '@fleetmend/testing';

const BUNDLE = join(import.meta.dirname, '../../policies/bundle');
const REPOSITORY = 'acme/shop';
const TENANT = 'shop-team';

/** Checkout with 64Mi; its first commit let it run privileged, which somebody took back later. */
function checkout(privileged: boolean): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'shop', name: 'checkout' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'checkout' } },
      template: {
        metadata: { labels: { app: 'checkout' } },
        spec: { containers: [{ name: 'app', image: 'registry.example.org/shop/checkout:1.4.0', securityContext: { privileged, allowPrivilegeEscalation: privileged }, resources: { requests: { memory: '64Mi' }, limits: { memory: '64Mi' } } }] },
      },
    },
  };
}

export interface ModelWorldOptions {
  readonly reasoners: readonly Reasoner[];
  /** What an attacker, or the application, wrote into its log. */
  readonly log?: string;
}

/**
 * One failing workload, and everything of production between it and a pull request: lifecycle, reconciler, stages, the Rego bundle that
 * ships. Only what is outside the hub is a fake, and the reasoners are what a spec hands in.
 */
export async function modelWorld({ reasoners, log = 'killed' }: ModelWorldOptions) {
  const clock = new VirtualClock();
  const git = memoryGit(clock, new Map([[jsonPath({ namespace: 'shop', name: 'checkout' }), renderObject(checkout(true))]]));
  await clock.run(minutes(60));
  git.commit({ branch: 'main', author: 'somebody', message: 'no privileges', files: new Map([[jsonPath({ namespace: 'shop', name: 'checkout' }), renderObject(checkout(false))]]) });
  await clock.run(minutes(60));
  const forge = memoryForge({ git, clock, repository: REPOSITORY });
  const setting = { namespace: TENANT, labels: {}, createdAt: renderTime(clock.now()) };
  const { port: settings } = memorySettings({
    policies: [{ ...setting, name: 'shop', uid: 'policy', spec: { selector: {}, mode: 'Propose', priorApproval: { tiers: [] }, budgets: {}, paused: false, freeze: [] } }],
    bindings: [{ ...setting, name: 'shop', uid: 'binding', spec: { selects: {}, forgeRef: 'memory', repository: REPOSITORY, branch: 'main', editablePaths: ['apps/**'] } }],
    clusters: [{ ...setting, name: 'prod-1', uid: 'prod-1', spec: {}, status: {} }],
  });
  const ledger = memoryRequests(clock);
  const { request } = aRequest(clock.now()).about({ failure: { class: 'OOMKilled', message: 'killed for memory', fingerprint: digestOf('checkout') } });
  ledger.seed({ ...request, metadata: { ...request.metadata, namespace: TENANT } });
  const evidence: EvidenceItem[] = [{ kind: 'log', title: 'previous log of checkout', text: log, digest: digestOf(log) }];
  const audit = memoryAudit();
  const notifier = memoryNotifier();
  const openSet = createOpenSet({ clock, closeDwell: productionSettings.hold });
  const policyEngine = await opaWasm.create({ bundle: BUNDLE, limitMs: 20_000 }, { clock, fetch, stateDir: '/nowhere', log: { info: () => {}, warn: () => {} } });
  const deps = {
    requests: ledger.port,
    settings,
    clusters: { ask: async (_: string, question: Question) => answer(question, { evidence, applied: git.tip('main')?.sha ?? '', at: clock.now() }) as never },
    openSet,
    repositories: { open: async () => git.repository },
    evidence: memoryEvidence(),
    audit,
    clock,
    random: seededRandom(1),
    forge: () => forge.forge,
    engines: [simpleEngine()],
    layouts: [jsonLayout()],
    reasoners,
    policyEngine,
    vectorStore: memoryVectorStore(),
    notifiers: [notifier],
    lifecycle: productionSettings,
    pace: productionPace,
  };
  const failures: string[] = [];
  const reconcile = createReconciler({ ...deps, stages: createStages(deps), moved: () => {}, failed: (_key, stage, error) => failures.push(`${stage}: ${String(error)}`), rest: seconds(20) });

  return {
    clock,
    git,
    forge,
    audit,
    failures,
    tickets: notifier.tickets,
    request: (): RemediationRequest => ledger.find(TENANT, request.metadata.name) ?? request,
    /** Looks at the request until it is over, or rests with an open pull request. */
    async live(): Promise<RemediationRequest> {
      for (let looks = 0; looks < 60; looks += 1) {
        const wait = await reconcile({ namespace: TENANT, name: request.metadata.name }, new AbortController().signal);
        const { phase, aftermath } = this.request().status;
        if (phase === 'PullRequestOpen' || aftermath?.learned !== undefined) return this.request();
        await clock.run(wait ?? 0);
      }
      throw new Error(`no end after 60 looks: ${JSON.stringify(this.request().status)}; ${failures.join('; ')}`);
    },
    close: () => policyEngine.close(),
  };
}

function answer(question: Question, { evidence, applied, at }: { readonly evidence: readonly EvidenceItem[]; readonly applied: string; readonly at: number }): unknown {
  if (question.question === 'evidence') return { answer: 'evidence', items: evidence, redactions: {} };
  if (question.question === 'health') return { answer: 'health', at, exists: true, generationCurrent: true, pods: [], desired: 2, ready: 0, findings: [], guards: {} };
  const { kind } = question.ref;
  const objects = kind === 'Deployment' ? [checkout(false)] : kind === 'Application' ? [simpleApplication({ repoURL: `memory:${REPOSITORY}`, path: 'apps', revision: 'main' }, { applied })] : [];
  return { answer: 'object', objects, truncated: false };
}
