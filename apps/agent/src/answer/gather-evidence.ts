import { messageOf, seconds, type Clock } from '@fleetmend/kernel';
import { findObject, type KubeClient } from '@fleetmend/k8s';
import { renderRef, type EvidenceItem, type KubeObject, type Observation, type Target } from '@fleetmend/model';
import { createSession, type RedactionSession } from '@fleetmend/redaction';
import type { AgentLog } from '../agent-log.ts';
import { endedPodsOf, madeBy, podsOf } from '../detect/target-state.ts';
import type { WorldCache } from '../watch/world-cache.ts';
import { finishItems, type RawItem } from './evidence-items.ts';
import { readPodLog } from './pod-log.ts';
import { answerType, readableType } from './read-types.ts';
import { referencesItem } from './references.ts';
import { tellingPod } from './telling-pod.ts';
import { boundsItem, eventsItem, historyItem, nodeItem, objectItem } from './workload-evidence.ts';

export interface GatherDeps {
  readonly client: KubeClient;
  readonly cache: WorldCache;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: AgentLog;
  /** Whether logs of that namespace may be read. */
  readonly mayReadLogs: (namespace: string) => boolean;
}

export interface Gathered {
  readonly items: readonly EvidenceItem[];
  readonly session: RedactionSession;
}

/** Evidence that takes longer is not worth a late report. */
const TIME_LIMIT = seconds(10);

/**
 * Everything that bears on one failure, read live, redacted, at most 64 KiB: logs, events, specs, revisions, bounds, node,
 * references; the most telling first. A part that cannot be read is left out, and said so in the log.
 */
export async function gatherEvidence(about: { readonly target: Target; readonly observation?: Observation | undefined }, deps: GatherDeps): Promise<Gathered> {
  const late = new AbortController();
  const signal = AbortSignal.any([deps.signal, late.signal]);
  const timer = deps.clock.sleep(TIME_LIMIT, signal).then(() => late.abort(new Error(`gathering took longer than ${TIME_LIMIT} ms`)), () => undefined);
  const session = createSession();
  try {
    const parts = await Promise.all(partsOf(about, { ...deps, signal }, session).map((part) => part().catch((error: unknown) => leftOut(error, about.target, deps.log))));
    return { items: finishItems(parts.flat(), session), session };
  } finally {
    late.abort(new Error('gathered'));
    await timer;
  }
}

type Part = () => Promise<readonly RawItem[]>;

function partsOf({ target, observation }: { readonly target: Target; readonly observation?: Observation | undefined }, deps: GatherDeps, session: RedactionSession): readonly Part[] {
  const { client, cache, signal } = deps;
  const { namespace = '' } = target;
  const living = podsOf(cache.world, target);
  // A Job that failed has no other pods; those of everything else that ended say nothing of now.
  const pods = living.length > 0 ? living : endedPodsOf(cache.world, target);
  const pod = tellingPod(pods, observation?.pod, target.container);
  // Where no pod could be created, what the target makes to make them says why.
  const itself = cache.world.get(target.apiVersion, target.kind, target.namespace, target.name);
  const owners = [...(itself ? [itself] : []), ...madeBy(cache.world, target).slice(0, 3), ...(pod ? cache.world.owners(pod) : [])];
  const live = liveTarget(target, deps);
  const some = (item: RawItem | undefined): readonly RawItem[] => (item ? [item] : []);
  return [
    // Specs come before logs in time, though not in rank: their secret values have to be known before a log is redacted.
    async () => (pod ? logItems(pod, target.container, deps) : []),
    async () => some(eventsItem(renderRef(target), [...(pod ? [pod] : []), ...owners, ...pods.slice(0, 5)].filter(isFirst).flatMap((object) => cache.world.events(object)))),
    async () => live.then((object) => (object ? [objectItem(object, session)] : [])),
    async () => live.then(async (object) => some(object && (await historyItem(client, object, signal)))),
    async () => (namespace === '' ? [] : some(await boundsItem(client, namespace, signal))),
    async () => nodeItems(observation?.node, deps),
    async () => live.then((object) => some(object && referencesItem(object))),
    async () => (pod ? podItems(pod, deps, session) : []),
  ];
}

const isFirst = (object: KubeObject, index: number, all: readonly KubeObject[]): boolean => all.indexOf(object) === index;

function liveTarget(target: Target, { client, signal }: GatherDeps): Promise<KubeObject | undefined> {
  const type = readableType(target, []);
  const object = type ? findObject(client, type, { ...target, signal }) : Promise.resolve(undefined);
  // Several parts wait for it, each reports for itself.
  object.catch(() => undefined);
  return object;
}

async function logItems(pod: KubeObject, container: string | undefined, deps: GatherDeps): Promise<readonly RawItem[]> {
  const { namespace = '', name } = pod.metadata;
  if (container === undefined || !deps.mayReadLogs(namespace)) return [];
  const logs = await Promise.all(
    [true, false].map(async (previous) => {
      const text = await readPodLog(deps.client, { namespace, pod: name, container, previous }, deps);
      return text === undefined ? [] : [{ kind: 'log', title: `${previous ? 'previous' : 'current'} log of ${namespace}/${name} container ${container}`, text, keep: 'tail' } as const];
    }),
  );
  return logs.flat();
}

async function nodeItems(name: string | undefined, { client, signal }: GatherDeps): Promise<readonly RawItem[]> {
  const node = name === undefined ? undefined : await findObject(client, answerType('Node'), { name, signal });
  return node ? [nodeItem(node)] : [];
}

/** The pod itself, read live: the cache holds only what detectors look at. */
async function podItems(pod: KubeObject, { client, signal }: GatherDeps, session: RedactionSession): Promise<readonly RawItem[]> {
  const live = await findObject(client, answerType('Pod'), { namespace: pod.metadata.namespace, name: pod.metadata.name, signal });
  return live ? [objectItem(live, session)] : [];
}

function leftOut(error: unknown, target: Target, log: AgentLog): readonly RawItem[] {
  log.warn(`a part of the evidence for ${renderRef(target)} was left out: ${messageOf(error)}`);
  return [];
}
