import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { digestOf, minutes, parse, renderTime, seededRandom, seconds } from '@fleetmend/kernel';
import { productionSettings } from '@fleetmend/lifecycle';
import { Precedent, type KubeObject, type Question, type RemediationRequest } from '@fleetmend/model';
import type { PolicyEngine } from '@fleetmend/plugin-api';
import { openaiCompatible, playbook } from '@fleetmend/reasoners';
import { createSession, redact } from '@fleetmend/redaction';
import { createOpenSet, createReconciler } from '@fleetmend/reconcile';
import { raw } from '@fleetmend/source-layouts';
import { createStages, productionPace } from '@fleetmend/stages';
import { aRequest, memoryAudit, memoryEvidence, memoryForge, memoryGit, memoryNotifier, memoryRequests, memorySettings, memoryVectorStore, simpleApplication, simpleEngine, VirtualClock, type MemoryCommit } from '@fleetmend/testing';
import type { Attack } from '../attack.ts';
import { NAMESPACE, shopHistory } from './shop.ts';

export type Mode = 'Observe' | 'Propose' | 'AutoMerge';

const REPOSITORY = 'acme/shop';
const TENANT = 'shop-team';
const SILENT = { info: () => {}, warn: () => {} };

/** Everything that came of one case, for whoever judges it. */
export interface Outcome {
  readonly attack: Attack;
  readonly request: RemediationRequest;
  /** Files before, and per pull request after. */
  readonly before: ReadonlyMap<string, string>;
  readonly pulls: readonly Pull[];
  readonly history: readonly MemoryCommit[];
  readonly live: readonly KubeObject[];
  /** All that was said, to whomever: pull requests, tickets, announcements, audit, status. */
  readonly said: string;
  /** What a forge renders: titles, bodies, comments, commit messages. */
  readonly shown: readonly string[];
  /** Tickets and announcements, which every channel makes plain text of. */
  readonly told: readonly string[];
  readonly failures: readonly string[];
  readonly asked: number;
}

export interface Pull {
  readonly title: string;
  readonly body: string;
  readonly commits: readonly string[];
  readonly files: ReadonlyMap<string, string>;
  readonly merged: boolean;
}

/**
 * The life of one request, with everything of production between a failing workload and a pull request: lifecycle, reconciler, stages,
 * plain layout, the model's reasoner, the Rego bundle that ships. Unless a case says otherwise the model is asked first and alone, which
 * is the attacker's best case.
 */
export async function playAttack(attack: Attack, policyEngine: PolicyEngine): Promise<Outcome> {
  const clock = new VirtualClock();
  const { git, commits } = await repository(attack, clock);
  const forge = memoryForge({ git, clock, repository: REPOSITORY });
  const head = git.tip('main');
  if (head === undefined) throw new TypeError('a repository without a commit');
  const live = objectsIn(head.files);
  const { reasoner, asked, close } = await evilReasoner(attack, commits, clock);
  const ledger = memoryRequests(clock);
  // As the agent does, before anything leaves its cluster.
  const session = createSession();
  const given = (attack.evidence ?? [{ kind: 'log' as const, text: 'killed' }]).map(({ kind, text }) => ({ kind, text: redact(text, session) }));
  const { request } = aRequest(clock.now()).about({ failure: { class: attack.failure ?? 'OOMKilled', message: given.find(({ kind }) => kind === 'event')?.text.slice(0, 200) ?? 'killed for memory', fingerprint: digestOf('checkout') } });
  ledger.seed({ ...request, metadata: { ...request.metadata, namespace: TENANT } });
  const audit = memoryAudit();
  const notifier = memoryNotifier();
  const vectorStore = memoryVectorStore();
  for (const [index, one] of (attack.precedents ?? []).entries()) await vectorStore.put(parse(Precedent, { id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`, tenant: TENANT, fingerprint: digestOf('checkout'), class: 'OOMKilled', shape: {}, cause: 'as before', action: 'setResources', fields: [], outcome: 'Verified', decidedBy: 'human', clusters: ['prod-1'], at: clock.now() - 1, request: { name: 'rr-1', uid: 'x', attempt: 1 }, ...one }, 'precedent'));
  const failures: string[] = [];
  const context = { clock, fetch, stateDir: '/nowhere', log: SILENT };
  const evidence = given.map(({ kind, text }, index) => ({ kind, text, title: `${kind} ${index + 1} of checkout`, digest: digestOf([kind, text]) }));
  const truth = (question: Question): unknown => answer(question, { live, evidence, applied: head.sha, at: clock.now() });
  const deps = {
    requests: ledger.port,
    settings: settingsOf(attack, clock),
    clusters: { ask: async (_: string, question: Question) => (attack.lie === undefined ? truth(question) : attack.lie(question, truth(question))) as never },
    openSet: createOpenSet({ clock, closeDwell: productionSettings.hold }),
    repositories: { open: async () => git.repository },
    evidence: memoryEvidence(),
    audit,
    clock,
    random: seededRandom(1),
    forge: () => forge.forge,
    engines: [simpleEngine()],
    layouts: [await raw.create({}, context)],
    reasoners: attack.rulesFirst === undefined ? [reasoner] : [await playbook.create({}, context), reasoner],
    policyEngine,
    vectorStore,
    notifiers: [notifier],
    lifecycle: productionSettings,
    pace: productionPace,
  };
  const reconcile = createReconciler({ ...deps, stages: createStages(deps), moved: () => {}, failed: (_key, stage, error) => failures.push(`${stage}: ${String(error)}`), rest: seconds(20) });
  const now = (): RemediationRequest => ledger.find(TENANT, request.metadata.name) ?? request;
  try {
    let restsFor = 0;
    for (let looks = 0; looks < 80 && now().status.aftermath?.learned === undefined && restsFor < 12; looks += 1) {
      const wait = await reconcile({ namespace: TENANT, name: request.metadata.name }, new AbortController().signal);
      restsFor = ['PullRequestOpen', 'Merged', 'AwaitingApproval'].includes(now().status.phase) || attack.closed !== undefined ? restsFor + 1 : 0;
      await clock.run(wait ?? 0);
    }
  } finally {
    await close();
  }
  const pulls = forge.pullRequests().map(({ title, body, branch, state, comments }) => ({ title, body: [body, ...comments.map((one) => one.body)].join('\n'), commits: forge.stateOf(forge.pullRequests().find((one) => one.branch === branch) as never).commits.map(({ message }) => message), files: git.tip(branch)?.files ?? new Map<string, string>(), merged: state === 'Merged' }));
  const told = [...[...notifier.tickets.values()].map(({ title, body }) => `${title}\n${body}`), ...[...notifier.said.values()].map((one) => JSON.stringify(one))];
  const shown = pulls.flatMap(({ title, body, commits: messages }) => [title, body, ...messages]);
  return { attack, request: now(), before: head.files, pulls, history: [commits.weak, commits.sound, commits.head].flatMap((sha) => git.find(sha) ?? []), live, shown, told, said: JSON.stringify([shown, told, now(), audit.records]), failures, asked: asked() };
}

async function repository({ planted = {} }: Attack, clock: VirtualClock) {
  const [first, ...more] = shopHistory(planted);
  const git = memoryGit(clock, first?.files);
  const shas = [git.tip('main')?.sha ?? ''];
  for (const { message, files } of more) {
    await clock.run(minutes(60));
    shas.push(git.commit({ branch: 'main', author: 'somebody', message, files }).sha);
  }
  await clock.run(minutes(60));
  const [weak = '', sound = '', head = ''] = shas;
  return { git, commits: { weak, sound, head } };
}

function settingsOf({ mode = 'Propose', closed }: Attack, clock: VirtualClock) {
  const setting = { namespace: TENANT, labels: {}, createdAt: renderTime(clock.now()) };
  const freeze = closed === 'frozen' ? [{ name: 'always', times: [{ start: '00:00', end: '24:00' }] }] : [];
  const budgets = closed === 'budget' ? { openPerRepository: 0 } : {};
  return memorySettings({
    policies: [{ ...setting, name: 'shop', uid: 'policy', spec: { selector: {}, mode, priorApproval: { tiers: [] }, budgets, paused: closed === 'paused', freeze } }],
    bindings: [
      { ...setting, name: 'shop', uid: 'binding', spec: { selects: { namespaces: [NAMESPACE] }, forgeRef: 'memory', repository: REPOSITORY, branch: 'main', editablePaths: ['apps/shop/**'] } },
      { ...setting, namespace: 'payments-team', name: 'payments', uid: 'payments', spec: { selects: { namespaces: ['payments'] }, forgeRef: 'memory', repository: REPOSITORY, branch: 'main', editablePaths: ['apps/payments/**'] } },
    ],
    clusters: [{ ...setting, name: 'prod-1', uid: 'prod-1', spec: {}, status: {} }],
  }).port;
}

/** The honest answer: twice the memory. */
const HONEST = { cause: 'the memory limit is too low', confidence: 0.9, cites: ['e1'], actions: [{ action: 'setResources', container: 'app', requests: { memory: '128Mi' }, limits: { memory: '128Mi' } }] };

async function evilReasoner({ answer: evil }: Attack, commits: { readonly weak: string; readonly sound: string; readonly head: string }, clock: VirtualClock) {
  const stateDir = mkdtempSync(join(tmpdir(), 'fleetmend-redteam-'));
  let calls = 0;
  const say = async () => {
    calls += 1;
    const said = evil === undefined ? HONEST : evil(commits);
    const content = typeof said === 'string' ? said : JSON.stringify(said);
    return new Response(JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'm-1', choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }], usage: { prompt_tokens: 900, completion_tokens: 100 } }), { headers: { 'content-type': 'application/json' } });
  };
  const reasoner = await openaiCompatible.create(parse(openaiCompatible.config, { baseURL: 'http://127.0.0.1:9/v1', model: 'm-1' }, 'config'), { clock, fetch: say as typeof fetch, stateDir, log: SILENT });
  return {
    reasoner,
    asked: () => calls,
    close: async () => {
      await reasoner.close?.();
      rmSync(stateDir, { recursive: true });
    },
  };
}

/** What stands in the manifests below `apps/`; a file that cannot be read holds nothing. */
export function objectsIn(files: ReadonlyMap<string, string>): readonly KubeObject[] {
  return [...files].filter(([path]) => /^apps\/.*\.ya?ml$/.test(path)).flatMap(([, text]) => documentsIn(text)).filter((one) => typeof one?.kind === 'string' && one.metadata?.name !== undefined);
}

function documentsIn(text: string): readonly KubeObject[] {
  try {
    return parseAllDocuments(text, { logLevel: 'silent' }).map((document) => document.toJS({ maxAliasCount: 100 }) as KubeObject);
  } catch {
    return [];
  }
}

interface Known {
  readonly live: readonly KubeObject[];
  readonly evidence: readonly object[];
  readonly applied: string;
  readonly at: number;
}

function answer(question: Question, { live, evidence, applied, at }: Known): unknown {
  if (question.question === 'evidence') return { answer: 'evidence', items: evidence, redactions: {} };
  if (question.question === 'health') return { answer: 'health', at, exists: true, generationCurrent: true, pods: [], desired: 3, ready: 0, findings: [], guards: {} };
  const { kind, name, namespace, apiVersion } = question.ref;
  if (kind === 'Application' && apiVersion.startsWith('testing.')) return { answer: 'object', objects: [simpleApplication({ repoURL: `memory:${REPOSITORY}`, path: 'apps', revision: 'main' }, { applied })], truncated: false };
  // No agent reads Secrets.
  const objects = live.filter((one) => one.kind === kind && kind !== 'Secret' && (name === undefined || one.metadata.name === name) && (namespace === undefined || one.metadata.namespace === namespace));
  return { answer: 'object', objects, truncated: false };
}
