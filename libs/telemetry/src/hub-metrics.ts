import type { Clock, Duration } from '@fleetmend/kernel';
import { firstValues, OTHER } from './bounded-labels.ts';
import { modelCounters, type ModelSample } from './model-counters.ts';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A request's move, as metrics need it. Durations in milliseconds. */
export interface MoveSample {
  readonly cluster: string;
  readonly class: string;
  readonly from: string;
  readonly to: string;
  /** Time spent in `from`. */
  readonly spent: number;
  /** Set for a terminal phase: time since the failure was first seen. */
  readonly sinceFirstSeen?: number;
}

/** Where one wave of a policy rollout stands: 0 not begun, 1 Shadow, 2 Warn, 3 Enforce, 4 finished, -1 halted. */
export interface RolloutStageSample {
  readonly rollout: string;
  readonly wave: string;
  readonly stage: -1 | 0 | 1 | 2 | 3 | 4;
}

export type EventResult = 'accepted' | 'duplicate';

/** The hub's own numbers. Label sets are bounded: clusters, classes, phases, rules; never a request. */
export interface HubMetrics {
  moved(sample: MoveSample): void;
  event(result: EventResult): void;
  /** Messages that were dropped at the door, as counted since the start. */
  dropped(total: number): void;
  /** An agent said something. `staleness`: age of the oldest of its watches' last news when it said so, where it tells. */
  heard(cluster: string, staleness?: Duration): void;
  verdict(sample: { readonly rule: string; readonly result: string }): void;
  reverted(): void;
  remembered(by: string): void;
  /** What asking a language model took; see {@link ModelSample}. */
  modelAsked(sample: ModelSample): void;
  /** Pull requests of ours by state, as counted now. */
  pullRequests(counts: Readonly<Record<string, number>>): void;
  /** Policy rollouts by wave, as they stand now; see {@link RolloutStageSample}. */
  rolloutStages(samples: readonly RolloutStageSample[]): void;
  /** The page that Prometheus reads, and its content type. */
  render(): Promise<{ readonly type: string; readonly text: string }>;
}

const SUCCESS = 'Succeeded';
/** Most values of one label. A fleet of this size needs several hubs anyway. */
const MOST_CLUSTERS = 1_000;
const MOST_CLASSES = 200;
const MOST_RULES = 300;
const TERMINAL = ['Succeeded', 'Failed', 'Escalated', 'Dismissed'];

/** @param clock tells how long ago each agent was heard. */
export function createHubMetrics({ clock, processMetrics = true }: { readonly clock: Clock; readonly processMetrics?: boolean }): HubMetrics {
  const registry = new Registry();
  const registers = [registry];
  if (processMetrics) collectDefaultMetrics({ register: registry });
  const heardAt = new Map<string, number>();
  const stale = new Map<string, number>();
  const timed = new Set<string>();
  const [clusterLabel, classLabel, ruleLabel] = [firstValues(MOST_CLUSTERS), firstValues(MOST_CLASSES), firstValues(MOST_RULES)];
  let known = 0;

  const requests = new Counter({ name: 'fleetmend_requests_total', help: 'Requests that ended, by outcome.', labelNames: ['cluster', 'class', 'outcome'] as const, registers });
  const phases = new Histogram({ name: 'fleetmend_request_phase_seconds', help: 'Time that requests spent in a phase before they left it.', labelNames: ['phase'] as const, buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 21_600, 86_400], registers });
  const repair = new Histogram({ name: 'fleetmend_time_to_repair_seconds', help: 'From the first sight of a failure to its verified repair.', labelNames: ['class'] as const, buckets: [10, 30, 60, 120, 300, 600, 1800, 3600, 14_400, 86_400], registers });
  const pulls = new Gauge({ name: 'fleetmend_pull_requests', help: 'Pull requests of ours by state.', labelNames: ['state'] as const, registers });
  const verdicts = new Counter({ name: 'fleetmend_verdicts_total', help: 'What policy said, by rule and result.', labelNames: ['rule', 'result'] as const, registers });
  const rollouts = new Gauge({ name: 'fleetmend_policy_rollout_stage', help: 'Waves of policy rollouts: 0 not begun, 1 Shadow, 2 Warn, 3 Enforce, 4 finished, -1 halted.', labelNames: ['rollout', 'wave'] as const, registers });
  const events = new Counter({ name: 'fleetmend_events_total', help: 'Failure events that arrived, by what became of them.', labelNames: ['result'] as const, registers });
  const reverts = new Counter({ name: 'fleetmend_reverts_total', help: 'Repairs that made things worse and were taken back.', registers });
  const modelAsked = modelCounters(registers);
  const memory = new Counter({ name: 'fleetmend_memory_hits_total', help: 'Finished cases that were found for a new one, by how.', labelNames: ['by'] as const, registers });
  new Gauge({
    name: 'fleetmend_agent_last_seen_seconds',
    help: 'Time since the last message of each agent.',
    labelNames: ['cluster'] as const,
    registers,
    collect() {
      for (const [cluster, at] of heardAt) this.set({ cluster }, Math.max(0, clock.now() - at) / 1000);
    },
  });

  new Gauge({
    name: 'fleetmend_watch_staleness_seconds',
    help: 'Age of the oldest last news of any watch of each agent. API servers send a bookmark about every minute.',
    labelNames: ['cluster'] as const,
    registers,
    collect() {
      for (const [cluster, age] of stale) this.set({ cluster }, Math.max(0, age + clock.now() - (heardAt.get(cluster) ?? clock.now())) / 1000);
    },
  });

  return {
    moved({ cluster, class: failureClass, from, to, spent, sinceFirstSeen }) {
      phases.observe({ phase: from }, spent / 1000);
      const labels = { cluster: clusterLabel(cluster), class: classLabel(failureClass) };
      // A series that is first seen at 1 never increased, for Prometheus: each begins at 0, while its first request is on its way.
      for (const outcome of TERMINAL) requests.inc({ ...labels, outcome }, 0);
      if (!timed.has(labels.class)) repair.zero({ class: labels.class });
      timed.add(labels.class);
      if (!TERMINAL.includes(to)) return;
      requests.inc({ ...labels, outcome: to });
      if (to === SUCCESS && sinceFirstSeen !== undefined) repair.observe({ class: labels.class }, sinceFirstSeen / 1000);
    },
    event: (result) => events.inc({ result }),
    dropped(total) {
      if (total > known) events.inc({ result: 'rejected' }, total - known);
      known = total;
    },
    heard(cluster, staleness) {
      const label = clusterLabel(cluster);
      if (label === OTHER) return;
      // An event tells nothing of the watches: what the last heartbeat told goes on ageing.
      const age = staleness ?? (stale.get(label) ?? 0) + clock.now() - (heardAt.get(label) ?? clock.now());
      if (staleness !== undefined || stale.has(label)) stale.set(label, age);
      heardAt.set(label, clock.now());
    },
    verdict: ({ rule, result }) => verdicts.inc({ rule: ruleLabel(rule), result }),
    reverted: () => reverts.inc(),
    remembered: (by) => memory.inc({ by }),
    modelAsked,
    pullRequests(counts) {
      pulls.reset();
      for (const [state, value] of Object.entries(counts)) pulls.set({ state }, value);
    },
    rolloutStages(samples) {
      rollouts.reset();
      for (const { rollout, wave, stage } of samples) rollouts.set({ rollout, wave }, stage);
    },
    render: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}
