import { digestOf, parseTime, PermanentError, seconds, type Clock, type Duration } from '@fleetmend/kernel';
import { findObject, isNotFound, listObjects, renderSelector, type KubeClient } from '@fleetmend/k8s';
import { sameRef, type HealthAnswer, type KubeObject, type Question, type Target } from '@fleetmend/model';
import type { Detector } from '@fleetmend/plugin-api';
import { podsOf } from '../detect/target-state.ts';
import type { Tracked } from '../detect/tracker.ts';
import type { WorldCache } from '../watch/world-cache.ts';
import { currentTemplate, templateOf } from './current-template.ts';
import { answerType, readableType } from './read-types.ts';

export interface HealthDeps {
  readonly client: KubeClient;
  readonly cache: WorldCache;
  readonly clock: Clock;
  readonly detectors: readonly Detector[];
  readonly open: () => readonly Tracked[];
}

interface WorkloadView {
  readonly spec?: { readonly replicas?: number; readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> } };
  readonly status?: { readonly observedGeneration?: number; readonly desiredNumberScheduled?: number };
}
interface PodView {
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly lastTransitionTime?: string }[];
    readonly containerStatuses?: readonly ContainerView[];
    readonly initContainerStatuses?: readonly ContainerView[];
  };
}
interface ContainerView {
  readonly restartCount?: number;
  readonly state?: Started;
  readonly lastState?: Started;
}
/** Only one of both is there. */
type Started = Readonly<Partial<Record<'running' | 'terminated', { readonly startedAt?: string | null }>>>;

/** Kinds whose pods have to be there and ready; a Job ends, and an autoscaler or a disruption budget has none. */
const KEEPS_PODS = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'ReplicationController', 'Pod'];
const GUARDS = ['ResourceQuota', 'LimitRange', 'PodDisruptionBudget', 'NetworkPolicy'];
const MOST_PODS = 500;

/**
 * How a target stands now, read live: whether its newest generation has been taken up, each living pod, open findings, guards.
 * @throws PermanentError `KindNotReadable`.
 */
export async function answerHealth({ target }: Extract<Question, { question: 'health' }>, deps: HealthDeps): Promise<HealthAnswer> {
  const type = readableType(target, deps.detectors);
  if (!type) throw new PermanentError('KindNotReadable', `this agent does not read ${target.kind} of ${target.apiVersion}, so it cannot say how ${target.name} stands`);
  const object = await findObject(deps.client, type, target);
  const guards = await readGuards(deps.client, target.namespace);
  // An entry whose target is healthy is only held open until it is sure: it is no symptom any more. Of others, those that the target is to blame for.
  const open = deps.open().filter(({ finding, healthySince }) => (sameRef(finding.target, target) || (finding.cause !== undefined && sameRef(finding.cause, target))) && healthySince === undefined).slice(0, 50);
  const shared = { answer: 'health', at: deps.clock.now(), guards } as const;
  if (!object) return { ...shared, exists: false, generationCurrent: false, pods: [], desired: 0, ready: 0, findings: open.map(({ fingerprint, finding }) => ({ fingerprint, finding })) };
  const living = keepsPods(object) ? (await readPods(deps, target, object)).filter(isMeantToLive).slice(0, MOST_PODS) : [];
  const template = await currentTemplate(deps.client, object);
  const pods = living.map((pod) => podHealth(pod, template));
  const { spec, status } = object as WorkloadView & KubeObject;
  return {
    ...shared,
    exists: true,
    generationCurrent: status?.observedGeneration === undefined || status.observedGeneration >= (object.metadata.generation ?? 0),
    pods,
    desired: keepsPods(object) ? (status?.desiredNumberScheduled ?? spec?.replicas ?? 1) : 0,
    ready: pods.filter(({ ready }) => ready).length,
    findings: open.map((entry) => ({ fingerprint: entry.fingerprint, finding: entry.finding, seenAt: entry.lastSeen, ...dwelt(entry, pods, deps.detectors) })),
  };
}

/** Its dwell was over when it was reported; here it counts anew, for the one pod. */
function dwelt({ finding, detector: kind, lastSeen }: Tracked, pods: HealthAnswer['pods'], detectors: readonly Detector[]): { readonly dwelt?: boolean } {
  const pod = pods.find(({ name }) => name === finding.observation.pod);
  const detector = detectors.find((one) => one.kind === kind);
  if (pod?.madeAt === undefined || detector === undefined) return {};
  const { time, restarts = 0 } = detector.dwell;
  return { dwelt: lastSeen - pod.madeAt >= Math.max(time, detector.patience?.(finding) ?? 0, WHOLE_SECONDS) && pod.restarts >= restarts };
}

/** A pod says in seconds when it was made. */
const WHOLE_SECONDS: Duration = seconds(1);

/** The pods that the target's selector finds and that it owns; without a selector, what the cache knows. */
async function readPods({ client, cache }: HealthDeps, target: Target, object: KubeObject): Promise<readonly KubeObject[]> {
  if (object.kind === 'Pod') return [object];
  const labels = (object as WorkloadView & KubeObject).spec?.selector?.matchLabels;
  if (!labels) return podsOf(cache.world, target);
  const { items } = await listObjects(client, answerType('Pod'), { namespace: target.namespace, labelSelector: renderSelector(labels), max: MOST_PODS });
  const owners = await ownerUids(client, object, labels);
  return items.filter((pod) => pod.metadata.ownerReferences?.some(({ uid }) => owners.has(uid)));
}

/** The target's own uid, and for a Deployment those of its ReplicaSets: a selector alone may find a neighbour's pods. */
async function ownerUids(client: KubeClient, object: KubeObject, labels: Readonly<Record<string, string>>): Promise<ReadonlySet<string>> {
  const own = object.metadata.uid ?? '';
  if (object.kind !== 'Deployment') return new Set([own]);
  const { items } = await listObjects(client, answerType('ReplicaSet'), { namespace: object.metadata.namespace, labelSelector: renderSelector(labels) });
  return new Set([own, ...items.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === own)).map(({ metadata }) => metadata.uid ?? '')]);
}

/** Kinds that we do not know keep pods if they have replicas. */
function keepsPods(object: KubeObject): boolean {
  return KEEPS_PODS.includes(object.kind) || (object as WorkloadView & KubeObject).spec?.replicas !== undefined;
}

function isMeantToLive(pod: KubeObject): boolean {
  const phase = (pod as PodView & KubeObject).status?.phase;
  return pod.metadata.deletionTimestamp === undefined && phase !== 'Succeeded' && phase !== 'Failed';
}

function podHealth(pod: KubeObject, template: string | undefined): HealthAnswer['pods'][number] {
  const { status } = pod as PodView & KubeObject;
  const condition = status?.conditions?.find(({ type }) => type === 'Ready');
  const ready = condition?.status === 'True';
  const since = ready ? parseTime(condition?.lastTransitionTime) : undefined;
  const made = parseTime(pod.metadata.creationTimestamp);
  const containers = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const restarts = containers.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
  const tries = containers.flatMap(({ state, lastState }) => [state, lastState]).flatMap((one) => parseTime(one?.running?.startedAt ?? one?.terminated?.startedAt ?? undefined) ?? []);
  return {
    name: pod.metadata.name,
    template: templateOf(pod),
    current: template === undefined || template === templateOf(pod),
    ready,
    restarts,
    ...(since === undefined ? {} : { readySince: since }),
    ...(made === undefined ? {} : { madeAt: made }),
    ...(tries.length === 0 ? {} : { triedAt: Math.max(...tries) }),
  };
}

async function readGuards(client: KubeClient, namespace: string | undefined): Promise<Readonly<Record<string, string>>> {
  if (namespace === undefined) return {};
  const lists = await Promise.all(GUARDS.map((kind) => readGuardKind(client, kind, namespace)));
  return Object.fromEntries(lists.flat().map((guard) => [`${guard.kind}/${namespace}/${guard.metadata.name}`, digestOf(guard['spec'])]));
}

async function readGuardKind(client: KubeClient, kind: string, namespace: string): Promise<readonly KubeObject[]> {
  try {
    return (await listObjects(client, answerType(kind), { namespace })).items;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
