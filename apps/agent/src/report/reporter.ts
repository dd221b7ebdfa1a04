import { backoff, messageOf, seconds, type Clock, type Instant, type Random } from '@fleetmend/kernel';
import type { FailureEvent } from '@fleetmend/model';
import type { AgentBus } from '@fleetmend/bus';
import type { AgentLog } from '../agent-log.ts';
import type { Tracked } from '../detect/tracker.ts';

export interface ReporterOptions {
  readonly cluster: string;
  readonly epoch: Instant;
  readonly bus: AgentBus;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly log: AgentLog;
  /** Digest of the evidence for a failure, gathered now or before; undefined when there is none. Must not throw. */
  readonly evidenceOf: (entry: Tracked) => Promise<string | undefined>;
  /** Takes secrets out of the text that a status carries. */
  readonly redact: (text: string) => string;
}

export interface Reporter {
  /** Queues the present state of a failure. What is queued for the same fingerprint and was not sent yet is replaced. */
  report(entry: Tracked, state: FailureEvent['state']): void;
  /** Resolves when nothing is queued or on its way. */
  settled(): Promise<void>;
  /** How many fingerprints wait to be sent, and how many events were acknowledged in this life. */
  stats(): { readonly waiting: number; readonly published: number };
  readonly done: Promise<void>;
}

const RETRY = { initial: seconds(1), max: seconds(30) } as const;
/** Publications on their way at once: each waits for the courier's acknowledgement. */
const PARALLEL = 16;

/** Publishes states until each is acknowledged. The courier may be away for as long as it likes: only last values count. */
export function startReporter(options: ReporterOptions): Reporter {
  const { cluster, epoch, bus, clock, random, signal, log, evidenceOf, redact } = options;
  const waiting = new Map<string, { readonly entry: Tracked; readonly state: FailureEvent['state'] }>();
  const sending = new Set<string>();
  const versions = new Map<string, number>();
  const lulls: (() => void)[] = [];
  let wake = Promise.withResolvers<void>();
  let published = 0;
  let failures = 0;

  async function send(fingerprint: string, { entry, state }: { readonly entry: Tracked; readonly state: FailureEvent['state'] }): Promise<void> {
    const evidence = state === 'open' ? await evidenceOf(entry) : undefined;
    const version = (versions.get(fingerprint) ?? 0) + 1;
    versions.set(fingerprint, version);
    const event: FailureEvent = {
      schema: 1, cluster, fingerprint, state, version, epoch, at: clock.now(), firstSeen: entry.firstSeen, count: Math.max(1, entry.count), finding: cleaned(entry.finding),
      ...(evidence === undefined ? {} : { evidence }),
    };
    await bus.publishFailure(event);
    published += 1;
    log.info(`${state} ${entry.finding.class} ${entry.finding.target.kind}/${entry.finding.target.name}`, { 'k8s.namespace.name': entry.finding.target.namespace, 'fleetmend.fingerprint': fingerprint });
  }

  function cleaned(finding: Tracked['finding']): Tracked['finding'] {
    return { ...finding, observation: { ...finding.observation, message: redact(finding.observation.message).slice(0, 1024) } };
  }

  async function sendOne(fingerprint: string, item: { readonly entry: Tracked; readonly state: FailureEvent['state'] }): Promise<void> {
    sending.add(fingerprint);
    try {
      await send(fingerprint, item);
      failures = 0;
    } catch (error) {
      if (failures === 0) log.warn(`cannot publish ${fingerprint}: ${messageOf(error)}; trying again until it is acknowledged`);
      failures += 1;
      // A newer state may have taken its place meanwhile.
      if (!waiting.has(fingerprint)) waiting.set(fingerprint, item);
    } finally {
      sending.delete(fingerprint);
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      // One fingerprint is never on its way twice: its versions arrive in order.
      const batch = [...waiting].filter(([fingerprint]) => !sending.has(fingerprint)).slice(0, PARALLEL);
      if (batch.length === 0) {
        for (const lull of lulls.splice(0)) lull();
        await wake.promise;
        wake = Promise.withResolvers();
        continue;
      }
      for (const [fingerprint] of batch) waiting.delete(fingerprint);
      await Promise.all(batch.map(([fingerprint, item]) => sendOne(fingerprint, item)));
      if (failures > 0) await clock.sleep(backoff(failures, random, RETRY), signal).catch(() => undefined);
    }
  }

  signal.addEventListener('abort', () => wake.resolve(), { once: true });
  const done = run();
  return {
    report(entry, state) {
      waiting.set(entry.fingerprint, { entry, state });
      wake.resolve();
    },
    settled() {
      const lull = Promise.withResolvers<void>();
      lulls.push(lull.resolve);
      wake.resolve();
      return Promise.race([lull.promise, done]);
    },
    stats: () => ({ waiting: waiting.size + sending.size, published }),
    done,
  };
}
