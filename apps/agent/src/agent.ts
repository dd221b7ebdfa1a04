import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, PermanentError, type Clock, type Random } from '@fleetmend/kernel';
import type { Bus } from '@fleetmend/bus';
import { detectors as allDetectors } from '@fleetmend/detectors';
import { createKubeClient } from '@fleetmend/k8s';
import type { Detector } from '@fleetmend/plugin-api';
import { silentLog, type AgentLog } from './agent-log.ts';
import type { AgentMetrics } from './agent-metrics.ts';
import { DEFAULT_SETTINGS, type AgentSettings } from './agent-settings.ts';
import { createAnswers } from './answer/answers.ts';
import { createEvidenceStore } from './answer/evidence-store.ts';
import { startDetection } from './detect/detection.ts';
import { targetStateIn } from './detect/target-state.ts';
import { createTracker, type Change } from './detect/tracker.ts';
import { beat } from './report/heartbeat.ts';
import { watchLivePolicy } from './report/live-policy.ts';
import { createOpenSetStore } from './report/open-set-file.ts';
import { startReporter } from './report/reporter.ts';
import { oldestNews, startWatch, unionOfReads } from './watch/watch.ts';
import { createWorldCache } from './watch/world-cache.ts';

export interface AgentOptions {
  /** Its name on the bus, and the name of the FleetCluster in the hub. */
  readonly cluster: string;
  readonly version?: string;
  /** Address of the API server, and how to reach it. */
  readonly server: string;
  readonly fetch: typeof fetch;
  readonly headers?: () => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly random: Random;
  /** Made when it does not exist; may be lost at any time. */
  readonly stateDir: string;
  readonly detectors?: readonly Detector[];
  readonly settings?: Partial<AgentSettings>;
  readonly log?: AgentLog;
}

export interface Agent {
  metrics(): AgentMetrics;
  /** Stops watching, answering and reporting; what was not acknowledged is reported again by the next life. */
  stop(): Promise<void>;
}

/**
 * Starts an agent and answers at once: it watches as soon as the API server is there and reports as soon as the bus is.
 * Its HTTP client can only GET.
 * @throws PermanentError `StateUnwritable`
 */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { cluster, clock, random, stateDir, detectors = allDetectors, log = silentLog, version = '0.1.0' } = options;
  const settings: AgentSettings = { ...DEFAULT_SETTINGS, ...options.settings };
  makeStateDir(stateDir);
  const stop = new AbortController();
  const { signal } = stop;
  // Reading is all that this client can do, whatever it is asked.
  const client = createKubeClient({ server: options.server, fetch: options.fetch, readOnly: true, userAgent: `fleetmend-agent/${version}`, ...(options.headers ? { headers: options.headers } : {}) });
  const bus = options.bus.agent(cluster);

  const store = createOpenSetStore({ stateDir, cluster, log });
  const before = store.read();
  // One life of the agent is never older than the one before it, whatever the clock says.
  const epoch = Math.max(clock.now(), before.epoch + 1);

  let touch: (key: string, kind: string) => void = () => undefined;
  const cache = createWorldCache((key, kind) => touch(key, kind));
  const watch = startWatch({ client, reads: unionOfReads(detectors.flatMap(({ reads }) => reads)), cache, clock, random, signal, log });
  const tracker = createTracker({ hold: settings.hold, targetState: (target) => (watch.isCurrent() ? targetStateIn(cache, target) : 'unknown') });

  const evidence = createEvidenceStore({ client, cache, clock, signal, log, dir: join(stateDir, 'evidence'), settings });
  const reporter = startReporter({ cluster, epoch, bus, clock, random, signal, log, evidenceOf: (entry) => evidence.gather(entry), redact: (text) => evidence.redact(text) });
  const answers = createAnswers({ client, cache, clock, detectors, evidence, tracker });

  for (const entry of before.entries) tracker.restore(entry, clock.now());
  let remembering = false;
  /** Once per look, however much it changed. */
  function remember(): void {
    if (remembering) return;
    remembering = true;
    queueMicrotask(() => {
      remembering = false;
      store.write({ epoch, entries: tracker.open().map(({ fingerprint, detector, finding, firstSeen, count }) => ({ fingerprint, detector, finding, firstSeen, count })) });
    });
  }

  function publishAll(): number {
    const open = tracker.open();
    for (const entry of open) reporter.report(entry, 'open');
    return open.length;
  }

  function onChange({ change, entry }: Change): void {
    if (change === 'forgotten') return;
    reporter.report(entry, change === 'opened' || change === 'grown' ? 'open' : change);
    if (change === 'closed' || change === 'gone') evidence.release(entry.fingerprint);
    remember();
  }

  remember();
  publishAll();
  const detection = startDetection({ cluster, detectors, cache, watch, tracker, clock, tick: settings.tick, signal, log, onChange });
  touch = detection.touch;
  bus.onQuestion(answers.answer);
  bus.onResync(async () => {
    const published = publishAll();
    await reporter.settled();
    return published;
  });
  const live = watchLivePolicy({ client, clock, signal, log });
  const beating = beat({ cluster, version, epoch, every: settings.heartbeat, bus, clock, random, signal, log, openFingerprints: () => tracker.open().map(({ fingerprint }) => fingerprint), pods: () => cache.count('v1', 'Pod'), oldestNews: () => oldestNews(watch.states()), livePolicy: live.known, ready: () => detection.ready });

  return {
    metrics: () => ({
      cluster, epoch, ready: detection.ready, watches: watch.states(), pods: cache.count('v1', 'Pod'),
      findings: { open: tracker.open().length, flapping: tracker.flapping() },
      events: reporter.stats(), answers: answers.counts(), redactions: evidence.redactions(),
    }),
    async stop() {
      stop.abort(new Error('the agent is stopping'));
      await bus.close();
      await Promise.all([watch.done, detection.done, reporter.done, live.done, beating]);
    },
  };
}

function makeStateDir(stateDir: string): void {
  try {
    mkdirSync(stateDir, { recursive: true });
    accessSync(stateDir, constants.W_OK);
  } catch (cause) {
    throw new PermanentError('StateUnwritable', `the agent cannot write to its state directory ${stateDir}: ${messageOf(cause)}; make it a directory that this user may write to, or name another one`, { cause });
  }
}
