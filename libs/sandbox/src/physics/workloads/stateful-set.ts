import { messageOf } from '@fleetmend/kernel';
import type { KubeObject } from '../../objects.ts';
import { controllerIdentity } from '../runtime/context.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import type { Pod, Volume } from '../shapes/pod.ts';
import type { StatefulSet } from '../shapes/workloads.ts';
import { createPod, isAvailable, isReady, ownedPods } from './owned-pods.ts';
import { ensureRevision, REVISION_LABEL, templateOf } from './revisions.ts';
import { startWorkloadLoop } from './workload-loop.ts';

const FROM = 'statefulset-controller';
const AS = controllerIdentity(FROM);

/**
 * Keeps the numbered pods of StatefulSets. In order (the default) each waits for the one before it to be ready; an update goes from the last to the first,
 * and does not begin before all are ready: a pod that can never be ready has to be deleted by hand even after its template was fixed, as in real clusters.
 */
export function startStatefulSetController(context: PhysicsContext): void {
  startWorkloadLoop<StatefulSet>(context, { name: FROM, apiVersion: 'apps/v1', kind: 'StatefulSet', reconcile: (set) => reconcile(context, set) });
}

function reconcile(context: PhysicsContext, set: StatefulSet): undefined {
  const update = ensureRevision(context, set, AS);
  const current = set.status?.currentRevision ?? update;
  let refusal: unknown;
  try {
    step(context, set, { current, update });
  } catch (error) {
    refusal = error;
  }
  writeStatus(context, set, { current, update });
  if (refusal !== undefined) throw refusal;
  return undefined;
}

interface Revisions {
  readonly current: string;
  readonly update: string;
}

function ordinalOf(pod: Pod): number {
  return Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? -1);
}

function revisionOf(pod: Pod): string | undefined {
  return pod.metadata.labels?.[REVISION_LABEL];
}

function step(context: PhysicsContext, set: StatefulSet, revisions: Revisions): void {
  const wanted = set.spec.replicas ?? 1;
  const isOrdered = set.spec.podManagementPolicy !== 'Parallel';
  const pods = new Map(ownedPods(context.objects, set).map((pod) => [ordinalOf(pod), pod]));
  const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  for (let ordinal = 0; ordinal < wanted; ordinal += 1) {
    const pod = pods.get(ordinal);
    if (pod?.status?.phase === 'Failed' || pod?.status?.phase === 'Succeeded') {
      remove(context, set, pod);
      return;
    }
    if (!pod) create(context, set, ordinal, ordinal < partition ? revisions.current : revisions.update);
    if (isOrdered && (!pod || pod.metadata.deletionTimestamp || !isReady(pod))) return;
  }
  const surplus = [...pods.values()].filter((pod) => ordinalOf(pod) >= wanted).sort((a, b) => ordinalOf(b) - ordinalOf(a));
  if (surplus.length > 0) {
    for (const pod of isOrdered ? surplus.slice(0, 1) : surplus) if (!pod.metadata.deletionTimestamp) remove(context, set, pod);
    return;
  }
  if (set.spec.updateStrategy?.type === 'OnDelete') return;
  for (let ordinal = wanted - 1; ordinal >= partition; ordinal -= 1) {
    const pod = pods.get(ordinal);
    if (!pod) return;
    if (revisionOf(pod) !== revisions.update && !pod.metadata.deletionTimestamp) {
      remove(context, set, pod);
      return;
    }
    if (pod.metadata.deletionTimestamp || !isReady(pod)) return;
  }
}

function create(context: PhysicsContext, set: StatefulSet, ordinal: number, revision: string): void {
  const { metadata, spec } = set;
  const name = `${metadata.name}-${ordinal}`;
  const claims = (spec.volumeClaimTemplates ?? []).map((template) => ({ volume: template.metadata.name, claim: `${template.metadata.name}-${name}`, template }));
  try {
    for (const { claim, template } of claims) ensureClaim(context, set, claim, template);
    createPod(context, {
      owner: set,
      template: templateOf(context, metadata.namespace, revision) ?? spec.template,
      as: AS,
      name,
      labels: { 'apps.kubernetes.io/pod-index': String(ordinal), [REVISION_LABEL]: revision, 'statefulset.kubernetes.io/pod-name': name },
      change: (podSpec) => ({
        ...podSpec,
        hostname: name,
        ...(spec.serviceName ? { subdomain: spec.serviceName } : {}),
        volumes: [...(podSpec.volumes ?? []).filter((volume) => !claims.some((one) => one.volume === volume.name)), ...claims.map((one): Volume => ({ name: one.volume, persistentVolumeClaim: { claimName: one.claim } }))],
      }),
    });
  } catch (error) {
    note(context, set, 'Warning', 'FailedCreate', `create Pod ${name} in StatefulSet ${metadata.name} failed error: ${messageOf(error)}`);
    throw error;
  }
  note(context, set, 'Normal', 'SuccessfulCreate', `create Pod ${name} in StatefulSet ${metadata.name} successful`);
}

function ensureClaim({ objects }: PhysicsContext, { metadata, spec }: StatefulSet, name: string, template: KubeObject): void {
  if (objects.get('v1', 'PersistentVolumeClaim', metadata.namespace, name)) return;
  const { status: _, ...claim } = template;
  objects.create<KubeObject>(
    { ...claim, apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, ...(metadata.namespace ? { namespace: metadata.namespace } : {}), labels: { ...template.metadata.labels, ...spec.selector.matchLabels } } },
    AS,
  );
}

function remove(context: PhysicsContext, set: StatefulSet, pod: Pod): void {
  context.objects.delete('v1', 'Pod', pod.metadata.namespace, pod.metadata.name, { ...(pod.metadata.uid ? { uid: pod.metadata.uid } : {}) });
  note(context, set, 'Normal', 'SuccessfulDelete', `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`);
}

function note({ events }: PhysicsContext, about: StatefulSet, type: 'Normal' | 'Warning', reason: string, message: string): void {
  events.record({ about, from: FROM, type, reason, message });
}

function writeStatus({ objects, clock }: PhysicsContext, set: StatefulSet, { current, update }: Revisions): void {
  const pods = ownedPods(objects, set);
  const count = (holds: (pod: Pod) => boolean) => pods.filter(holds).length;
  const updated = count((pod) => revisionOf(pod) === update);
  const ready = count(isReady);
  const isDone = updated === (set.spec.replicas ?? 1) && ready === updated && pods.length === updated;
  const currentRevision = isDone ? update : current;
  objects.updateStatus<StatefulSet>(
    {
      ...set,
      status: {
        ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
        replicas: pods.length,
        ...(ready > 0 ? { readyReplicas: ready } : {}),
        availableReplicas: count((pod) => isAvailable(pod, set.spec.minReadySeconds ?? 0, clock.now())),
        currentReplicas: count((pod) => revisionOf(pod) === currentRevision),
        updatedReplicas: updated,
        currentRevision,
        updateRevision: update,
        collisionCount: 0,
      },
    },
    AS,
  );
}
