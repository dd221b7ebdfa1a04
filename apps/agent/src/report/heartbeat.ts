import { messageOf, type Clock, type Duration, type Instant, type Random } from '@fleetmend/kernel';
import { xorOf, type InClusterPolicy } from '@fleetmend/model';
import type { AgentBus } from '@fleetmend/bus';
import type { AgentLog } from '../agent-log.ts';

export interface HeartbeatOptions {
  readonly cluster: string;
  readonly version: string;
  readonly epoch: Instant;
  readonly every: Duration;
  readonly bus: AgentBus;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly log: AgentLog;
  readonly openFingerprints: () => readonly string[];
  readonly pods: () => number;
  /** When the watch that heard least lately last heard something; undefined: none did yet. */
  readonly oldestNews: () => Instant | undefined;
  /** Undefined: not known, and not said. */
  readonly livePolicy: () => InClusterPolicy | undefined;
  /** Before the first complete look the agent does not know its open set, and says nothing. */
  readonly ready: () => boolean;
}

const STARTING: Duration = 1000;

/** Says every minute, give or take a tenth, how many failures are open and which, as a digest. */
export async function beat(options: HeartbeatOptions): Promise<void> {
  const { cluster, version, epoch, every, bus, clock, random, signal, log, openFingerprints, pods, oldestNews, livePolicy, ready } = options;
  let said = '';
  while (!signal.aborted) {
    if (ready()) {
      const open = openFingerprints();
      const news = oldestNews();
      const inCluster = livePolicy();
      try {
        await bus.publishHeartbeat({ schema: 1, cluster, agent: { version }, epoch, at: clock.now(), open: open.length, xor: xorOf(open), pods: pods(), ...(news === undefined ? {} : { staleness: Math.max(0, clock.now() - news) }), ...(inCluster === undefined ? {} : { inCluster }) });
        said = '';
      } catch (error) {
        if (messageOf(error) !== said) log.warn(`cannot send the heartbeat: ${messageOf(error)}`);
        said = messageOf(error);
      }
    }
    const wait = ready() ? every * (0.9 + random.next() / 5) : Math.min(STARTING, every);
    await clock.sleep(Math.round(wait), signal).catch(() => undefined);
  }
}
