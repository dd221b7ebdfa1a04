import { messageOf, seconds, type Clock, type Instant, type Random } from '@fleetmend/kernel';
import { createInterner, createProjection, startReflector, type KubeClient, type Reflector, type ReflectorState } from '@fleetmend/k8s';
import { groupOf } from '@fleetmend/model';
import type { ResourceRead } from '@fleetmend/plugin-api';
import type { AgentLog } from '../agent-log.ts';
import { isNamespaced } from '../rights.ts';
import type { WorldCache } from './world-cache.ts';

export interface WatchOptions {
  readonly client: KubeClient;
  readonly reads: readonly ResourceRead[];
  readonly cache: WorldCache;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly log: AgentLog;
}

export interface WatchState {
  readonly resource: string;
  readonly state: ReflectorState;
  /** Last event or bookmark. */
  readonly lastContact: Instant | undefined;
}

export interface Watch {
  /** Every kind that a finding rests on was delivered completely at least once, or is not served here. */
  whenReady(): Promise<void>;
  /** The picture of those kinds follows the cluster now. */
  isCurrent(): boolean;
  states(): readonly WatchState[];
  readonly done: Promise<void>;
}

/** These only add to what a status says; without the right to read them, as for a person who may only view, the agent is not blind. */
const ADDS_ONLY = ['Event', 'IngressClass', 'PriorityClass', 'RuntimeClass', 'StorageClass', 'PersistentVolume'];
const EVENTS_WAIT = seconds(5);

/** Kinds that somebody installed (Argo CD, Flux, cert-manager, the Gateway API): a cluster may forbid them, served or not. */
function isInstalled(apiVersion: string): boolean {
  const group = groupOf(apiVersion);
  return group.includes('.') && (!group.endsWith('.k8s.io') || group.startsWith('gateway.'));
}

/** Mirrors what the detectors read, and nothing else, into the cache. */
export function startWatch({ client, reads, cache, clock, random, signal, log }: WatchOptions): Watch {
  const interner = createInterner();
  const reflectors: readonly Reflector[] = reads.map(({ apiVersion, kind, resource, fields }) => {
    let said = '';
    return startReflector({
      client,
      type: { apiVersion, kind, resource, namespaced: isNamespaced(kind) },
      clock, random, signal,
      project: createProjection(fields, interner),
      sink: cache.sink(apiVersion, kind),
      // The same trouble again is not news.
      onTrouble(error) {
        const message = messageOf(error);
        if (message !== said) log.warn(message, { 'k8s.resource': resource });
        said = message;
      },
    });
  });
  const addsOnly = ({ type }: Reflector) => ADDS_ONLY.includes(type.kind) || isInstalled(type.apiVersion);
  const needed = reflectors.filter((reflector) => !addsOnly(reflector));
  const others = reflectors.filter(addsOnly);
  return {
    async whenReady() {
      await Promise.all(needed.map((reflector) => reflector.whenReady()));
      await Promise.race([Promise.all(others.map((reflector) => reflector.whenReady())), clock.sleep(EVENTS_WAIT, signal)]);
    },
    isCurrent: () => needed.every(({ state }) => state === 'synced' || state === 'absent'),
    states: () => reflectors.map(({ type, state, lastContact }) => ({ resource: type.resource, state, lastContact })),
    done: Promise.all(reflectors.map(({ done }) => done)).then(() => undefined),
  };
}

/** The last news of the watch that has been silent the longest. Kinds that the cluster does not serve have no news to tell. */
export function oldestNews(states: readonly WatchState[]): Instant | undefined {
  const times = states.flatMap(({ state, lastContact }) => (state === 'absent' || lastContact === undefined ? [] : [lastContact]));
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The union of what several detectors read: each kind once, with all the fields that anybody wants. */
export function unionOfReads(reads: readonly ResourceRead[]): readonly ResourceRead[] {
  const union = new Map<string, ResourceRead>();
  for (const read of reads) {
    const known = union.get(`${read.apiVersion}/${read.kind}`);
    union.set(`${read.apiVersion}/${read.kind}`, known ? { ...known, fields: [...new Set([...known.fields, ...read.fields])] } : read);
  }
  return [...union.values()];
}
