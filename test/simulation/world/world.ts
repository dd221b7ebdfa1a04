import { milliseconds, minutes, randomInt, seconds, seededRandom, type Duration, type Instant, type Random } from '@fleetmend/kernel';
import { lifecycle } from '@fleetmend/lifecycle';
import type { Action } from '@fleetmend/model';
import type { Reasoner } from '@fleetmend/plugin-api';
import { ClusterSilentError } from '@fleetmend/ports';
import { jsonPath, laggingRequests, memoryAudit, memoryEvidence, memoryForge, memoryGit, memoryNotifier, memoryRequests, memorySettings, memoryVectorStore, renderObject, ruleEngine, scriptedReasoner, type LaggingRequests, type MemoryForge, type MemoryGit, type RequestLedger, type RuleBundle, type WrittenSettings } from '@fleetmend/testing';
import { Scheduler, type Life } from '../scheduler.ts';
import type { Schedule } from '../schedule/schedule.ts';
import { simAgent, type SimAgent } from './agent.ts';
import { simCluster, type SimCluster } from './cluster.ts';
import { courier, type Courier } from './courier.ts';
import { plannedFaults, type Faults } from './faults.ts';
import { startHub, type PlantedBug } from './hub.ts';
import { remoteCalls, type Call } from './remote-calls.ts';
import { REPOSITORY, START, simulatedSettings, writtenSettings } from './settings.ts';
import { limitOf, workloadObject } from './workload.ts';

export const MEBI = 1_048_576;
const GENEROUS: RuleBundle = { name: 'generous', maxMemory: 4096 * MEBI };
const STRICT: RuleBundle = { name: 'strict', maxMemory: 150 * MEBI };
const otherBundle = (bundle: RuleBundle) => (bundle === STRICT ? GENEROUS : STRICT);

/** Everything that is true, and everybody who acts on it. */
export interface World {
  readonly schedule: Schedule;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly ledger: RequestLedger;
  readonly settings: WrittenSettings;
  readonly git: MemoryGit;
  readonly forge: MemoryForge;
  readonly clusters: readonly SimCluster[];
  readonly agents: ReadonlyMap<string, SimAgent>;
  readonly courier: Courier;
  readonly faults: Faults;
  /** Another bundle judges from now on. */
  switchBundle(): void;
  /** The bundles that judged within the last moments, the present one included. */
  bundles(within: Duration): readonly RuleBundle[];
  /** When something last happened that may delay any news: a crash, a loss, a refusal. */
  disturbedAt: Instant;
  /** The next pull request is cancelled while the call that opens it is on its way, and that takes long. */
  cancelNextOpening: boolean;
  /** Since when nothing may be written to the forge, or nothing may be opened and merged; undefined: it may. */
  pausedSince: Instant | undefined;
  frozenSince: Instant | undefined;
  hubsAlive(): number;
  /** Ends the life of one hub, or of the nth; it starts again later. */
  crash(hub: number): void;
  onCall(listener: (call: Call) => void): void;
  trace(line: () => string): void;
}

export interface WorldOptions {
  readonly bug?: PlantedBug;
  readonly trace?: (line: string) => void;
}

export function createWorld(schedule: Schedule, { bug = {}, trace: write }: WorldOptions = {}): World {
  const scheduler = new Scheduler(START);
  const random = seededRandom(schedule.seed ^ 0x5bd1e995);
  const faults = plannedFaults(schedule.incidents);
  const names = [...new Set(schedule.workloads.map((workload) => workload.cluster))];
  const ledger = memoryRequests(clockOf(scheduler));
  const { port: settings, written } = memorySettings(writtenSettings(schedule, names));
  const git = memoryGit(clockOf(scheduler), new Map(schedule.workloads.map((plan) => [jsonPath(plan), renderObject(workloadObject(plan))])));
  const forge = memoryForge({ git, clock: clockOf(scheduler), repository: REPOSITORY });
  const callListeners: ((call: Call) => void)[] = [];
  const disturbed = () => {
    world.disturbedAt = scheduler.now;
  };
  const bus = courier({ scheduler, random, faults, disturbed });
  const clusters = names.map((name) => simCluster({ name, plans: schedule.workloads.filter((plan) => plan.cluster === name), git, scheduler, random }));
  const agents = new Map(clusters.map((cluster) => [cluster.name, simAgent({ scheduler, cluster, closeDwell: simulatedSettings.hold, publish: bus.publish, heartbeat: bus.heartbeat })]));
  const trace = (line: () => string) => write?.(`${renderOffset(scheduler.now)} ${line()}`);
  const lives: Life[] = [];
  const judged = [{ bundle: GENEROUS, since: START }];
  const current = () => judged.at(-1)?.bundle ?? GENEROUS;

  const stores = { vectorStore: memoryVectorStore(), notifier: memoryNotifier(), audit: memoryAudit(), evidence: memoryEvidence() };
  const table = bug.table?.(lifecycle);
  const remote = remoteCalls({
    scheduler,
    random,
    faults,
    disturbed,
    detour: ({ name }) => (world.cancelNextOpening && name === 'forge.openPullRequest' ? seconds(4) : 0),
    issued: (call) => callListeners.forEach((listener) => listener(call)),
    crash: (life) => crash(lives.indexOf(life)),
  });

  const start = (hub: number): void => {
    const life: Life = { name: `hub-${hub}`, alive: true };
    lives[hub] = life;
    if (world.hubsAlive() === 1) disturbed();
    trace(() => `${life.name} starts`);
    const requests = laggingRequests(ledger);
    requests.relist();
    followLedger({ scheduler, random, faults, ledger, requests, life });
    const clock = scheduler.clock(life, schedule.skews[hub] ?? 0);
    bus.subscribe(
      startHub({
        life,
        clock,
        remote,
        bug,
        table,
        world: {
          ...stores,
          requests,
          settings,
          git,
          forge: forge.forge,
          clusters: { ask: async (cluster, question) => answerFrom(agents.get(cluster), cluster, question) as never },
          policyEngine: ruleEngine(current),
          reasoner: reasonerFor(schedule),
          random,
          resync: (cluster) => void scheduler.after(milliseconds(50 + randomInt(random, 200)), () => agents.get(cluster)?.resync()),
          trace,
        },
      }),
    );
  };

  const crash = (hub: number): void => {
    const life = lives[hub];
    if (life?.alive !== true) return;
    life.alive = false;
    disturbed();
    trace(() => `${life.name} dies`);
    scheduler.after(seconds(5 + randomInt(random, 40)), () => start(hub));
  };

  schedule.starts.forEach((delay, hub) => scheduler.after(delay, () => start(hub)));

  const world: World = {
    schedule,
    scheduler,
    random,
    ledger,
    settings: written,
    git,
    forge,
    clusters,
    agents,
    courier: bus,
    faults,
    switchBundle: () => void judged.push({ bundle: otherBundle(current()), since: scheduler.now }),
    bundles: (within) => judged.filter((_, index) => (judged[index + 1]?.since ?? scheduler.now) >= scheduler.now - within).map((one) => one.bundle),
    disturbedAt: START,
    cancelNextOpening: false,
    pausedSince: undefined,
    frozenSince: undefined,
    hubsAlive: () => lives.filter((life) => life?.alive).length,
    crash,
    onCall: (listener) => void callListeners.push(listener),
    trace,
  };
  return world;
}

function clockOf(scheduler: Scheduler): { readonly now: () => Instant } {
  return { now: () => scheduler.now };
}

export function renderOffset(now: Instant): string {
  return new Date(now - START).toISOString().slice(11, 22);
}

interface Following {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faults: Faults;
  readonly ledger: RequestLedger;
  readonly requests: LaggingRequests;
  readonly life: Life;
}

/** The watch of one hub: each change a moment later, in order; now and then lost until the next list, doubled, or much later. */
function followLedger({ scheduler, random, faults, ledger, requests, life }: Following): void {
  let last = 0;
  const stop = ledger.onChange((change) => {
    if (!life.alive) return stop();
    if (faults.strikes('lost watch event')) return void scheduler.after(minutes(1), () => requests.relist(), life);
    // Seldom a moment is several seconds.
    const delay = faults.strikes('stale cache') ? seconds(30) : 5 + randomInt(random, random.next() < 0.1 ? seconds(6) : 300);
    last = Math.max(last, scheduler.now + delay);
    const times = faults.strikes('doubled watch event') ? 2 : 1;
    for (let time = 0; time < times; time += 1) scheduler.after(last - scheduler.now, () => requests.deliver(change, true), life);
  });
}

function answerFrom(agent: SimAgent | undefined, cluster: string, question: Parameters<SimAgent['ask']>[0]): ReturnType<SimAgent['ask']> {
  if (agent === undefined) throw new ClusterSilentError(`no agent of cluster ${cluster} is connected`);
  return agent.ask(question);
}

/** Doubles the limit, or quadruples it: right for some workloads, too little for others, harmful for a few. */
function reasonerFor({ workloads }: Schedule): Reasoner {
  return scriptedReasoner((kase) => {
    const plan = workloads.find((workload) => workload.name === kase.target.metadata.name);
    const limit = limitOf(kase.target);
    const action = (memory: number): Action => ({ action: 'setResources', container: 'app', limits: { memory: `${memory}Mi` } });
    return { cause: 'the limit is too low', confidence: plan?.confidence ?? 0, source: 'Playbook', cites: [], candidates: [action(limit * 2), action(Math.round(limit * 2.5))] };
  });
}
