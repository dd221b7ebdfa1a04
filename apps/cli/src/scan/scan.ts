import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAgent } from '@fleetmend/agent';
import { createClusters, createInProcessBus, type HubBus } from '@fleetmend/bus';
import type { KubeConnection } from '@fleetmend/k8s';
import { messageOf, PermanentError, renderDuration, seconds, type Clock, type Duration, type Random } from '@fleetmend/kernel';
import type { FailureEvent } from '@fleetmend/model';
import type { Reasoner } from '@fleetmend/plugin-api';
import { detectors } from '@fleetmend/detectors';
import { explainFailure, type Explained } from './explain-failure.ts';
import { notLookedAt, type NotLookedAt } from './not-looked-at.ts';

export interface ScanInput {
  readonly connection: Pick<KubeConnection, 'server' | 'fetch' | 'headers'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly reasoners: readonly Reasoner[];
  readonly signal: AbortSignal;
  /** How long to look on after the first complete look: what began a moment ago has to last before it counts. */
  readonly watchFor: Duration;
  readonly log: { info(message: string): void; warn(message: string): void };
}

export interface Scanned {
  readonly failures: readonly Explained[];
  /** Kinds that could not be read, and who therefore said nothing, or less. */
  readonly notLookedAt: readonly NotLookedAt[];
}

/** A name for the bus inside this process; nobody else sees it. */
const CLUSTER = 'scanned';
const FIRST_LOOK: Duration = seconds(60);
const LOOK = 100;

/**
 * What is failing in a cluster now, its cause, and what would be changed. Runs an agent in this process for a moment, whose
 * client can only GET; nothing is installed or written, and nothing is remembered.
 * @throws PermanentError `ScanBlind` when the cluster could not be read within a minute.
 */
export async function scan(input: ScanInput): Promise<Scanned> {
  const { connection, clock, random, signal, watchFor, log } = input;
  const stateDir = mkdtempSync(join(tmpdir(), 'fleetmend-scan-'));
  const bus = createInProcessBus({ clock });
  const warnings: string[] = [];
  const agentLog = { info: log.info, warn: (message: string) => void (warnings.push(message), log.warn(message)) };
  const agent = await startAgent({ cluster: CLUSTER, ...connection, bus, clock, random, stateDir, log: agentLog });
  try {
    await until({ clock, signal, limit: FIRST_LOOK, holds: () => agent.metrics().ready }).catch((cause: unknown) => {
      if (signal.aborted) throw cause;
      throw new PermanentError('ScanBlind', `the cluster at ${connection.server} could not be read within ${renderDuration(FIRST_LOOK)}: ${warnings.at(-1) ?? messageOf(cause)}; \`kubectl auth can-i --list\` shows what you may read`);
    });
    await clock.sleep(watchFor, signal);
    const hub = bus.hub();
    const failures = await openFailures(hub, clock, signal);
    const clusters = createClusters(hub);
    const explained: Explained[] = [];
    for (const event of failures) explained.push(await explainFailure({ event, clusters, reasoners: input.reasoners, clock, random, signal }));
    await hub.close();
    return { failures: explained, notLookedAt: notLookedAt(agent.metrics().watches, detectors) };
  } finally {
    await agent.stop();
    await bus.close();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

/** Everything that the agent has open, the last word of each. */
async function openFailures(hub: HubBus, clock: Clock, signal: AbortSignal): Promise<readonly FailureEvent[]> {
  const known = new Map<string, FailureEvent>();
  await hub.consumeFailures(({ event, ack }) => {
    known.set(event.fingerprint, event);
    ack();
  });
  const open = await hub.resync(CLUSTER, seconds(30));
  const all = () => [...known.values()].filter(({ state }) => state === 'open');
  await until({ clock, signal, limit: seconds(10), holds: () => all().length >= open });
  return all().sort((a, b) => placeOf(a).localeCompare(placeOf(b)));
}

function placeOf({ finding: { target } }: FailureEvent): string {
  return `${target.namespace ?? ''}/${target.kind}/${target.name}/${target.container ?? ''}`;
}

async function until({ clock, signal, limit, holds }: { readonly clock: Clock; readonly signal: AbortSignal; readonly limit: Duration; readonly holds: () => boolean }): Promise<void> {
  const end = clock.now() + limit;
  while (!holds()) {
    if (clock.now() >= end) throw new Error(`nothing after ${renderDuration(limit)}`);
    await clock.sleep(LOOK, signal);
  }
}
