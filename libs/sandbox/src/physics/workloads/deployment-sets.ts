import { canonicalJson, renderTime } from '@fleetmend/kernel';
import { withCondition } from '../runtime/conditions.ts';
import { controllerIdentity } from '../runtime/context.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { controllerReference, isControlledBy } from '../runtime/keys.ts';
import { templateHash } from '../runtime/names.ts';
import { sameJson } from '../runtime/same-json.ts';
import type { Condition, PodTemplate } from '../shapes/pod.ts';
import type { Deployment, ReplicaSet } from '../shapes/workloads.ts';
import { DESIRED, MAX, maxSurge, newSetReplicas, oldestFirst, REVISION, revisionOf, TEMPLATE_HASH, wantedReplicas } from './deployment-math.ts';

export const FROM = 'deployment-controller';
export const AS = controllerIdentity(FROM);

export interface Sets {
  readonly all: readonly ReplicaSet[];
  readonly current: ReplicaSet | undefined;
  /** Every other one, oldest first. */
  readonly old: readonly ReplicaSet[];
}

export function readSets({ objects }: PhysicsContext, deployment: Deployment): Sets {
  const all = objects
    .list<ReplicaSet>('apps/v1', 'ReplicaSet', { ...(deployment.metadata.namespace ? { namespace: deployment.metadata.namespace } : {}) })
    .filter((set) => isControlledBy(set, deployment) && !set.metadata.deletionTimestamp)
    .sort(oldestFirst);
  const wanted = withoutHash(deployment.spec.template);
  const current = all.find((set) => withoutHash(set.spec.template) === wanted);
  return { all, current, old: all.filter((set) => set !== current) };
}

function withoutHash(template: PodTemplate): string {
  const labels = Object.fromEntries(Object.entries(template.metadata?.labels ?? {}).filter(([key]) => key !== TEMPLATE_HASH));
  return canonicalJson({ labels, annotations: template.metadata?.annotations ?? {}, spec: template.spec });
}

/** The ReplicaSet of the present template, made or given the next revision where needed. */
export function ensureCurrentSet(context: PhysicsContext, deployment: Deployment, sets: Sets): Sets {
  const revision = Math.max(0, ...sets.old.map(revisionOf)) + 1;
  const current = sets.current ? adoptRevision(context, deployment, sets.current, revision) : createSet(context, deployment, sets, revision);
  return { all: [...sets.old, current].sort(oldestFirst), current, old: sets.old };
}

function adoptRevision({ objects }: PhysicsContext, deployment: Deployment, set: ReplicaSet, revision: number): ReplicaSet {
  const annotations = { ...set.metadata.annotations, ...replicaAnnotations(deployment), ...(revisionOf(set) < revision ? { [REVISION]: String(revision) } : {}) };
  const { minReadySeconds = 0 } = deployment.spec;
  if (sameJson(annotations, set.metadata.annotations) && minReadySeconds === (set.spec.minReadySeconds ?? 0)) return set;
  return objects.update<ReplicaSet>({ ...set, metadata: { ...set.metadata, annotations }, spec: { ...set.spec, minReadySeconds } }, AS);
}

function createSet(context: PhysicsContext, deployment: Deployment, sets: Sets, revision: number): ReplicaSet {
  const { objects, events } = context;
  const { template, minReadySeconds, selector } = deployment.spec;
  const hash = templateHash(template);
  const labels = { ...template.metadata?.labels, [TEMPLATE_HASH]: hash };
  const replicas = newSetReplicas(deployment, sets.old, 0);
  const set = objects.create<ReplicaSet>(
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${deployment.metadata.name}-${hash}`,
        ...(deployment.metadata.namespace ? { namespace: deployment.metadata.namespace } : {}),
        labels,
        annotations: { ...inheritedAnnotations(deployment), ...replicaAnnotations(deployment), [REVISION]: String(revision) },
        ownerReferences: [controllerReference(deployment)],
      },
      spec: {
        replicas,
        ...(minReadySeconds ? { minReadySeconds } : {}),
        selector: { ...selector, matchLabels: { ...selector.matchLabels, [TEMPLATE_HASH]: hash } },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
    },
    AS,
  );
  if (replicas > 0) {
    events.record({ about: deployment, from: FROM, type: 'Normal', reason: 'ScalingReplicaSet', message: `Scaled up replica set ${set.metadata.name} from 0 to ${replicas}` });
  }
  return set;
}

/** Neither kubectl's own nor the revision travels to the ReplicaSet. */
function inheritedAnnotations(deployment: Deployment): Record<string, string> {
  const skipped = ['kubectl.kubernetes.io/last-applied-configuration', REVISION, DESIRED, MAX, 'deprecated.deployment.rollback.to'];
  return Object.fromEntries(Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !skipped.includes(key)));
}

function replicaAnnotations(deployment: Deployment): Record<string, string> {
  const wanted = wantedReplicas(deployment);
  return { [DESIRED]: String(wanted), [MAX]: String(wanted + maxSurge(deployment)) };
}

/** Sets `spec.replicas`, with the event that `kubectl describe` shows. Answers the changed set. */
export function scaleSet({ objects, events }: PhysicsContext, deployment: Deployment, set: ReplicaSet, replicas: number): ReplicaSet {
  const before = set.spec.replicas ?? 1;
  if (before === replicas && set.metadata.annotations?.[DESIRED] === String(wantedReplicas(deployment))) return set;
  const annotations = { ...set.metadata.annotations, ...replicaAnnotations(deployment) };
  const scaled = objects.update<ReplicaSet>({ ...set, metadata: { ...set.metadata, annotations }, spec: { ...set.spec, replicas } }, AS);
  if (before !== replicas) {
    const direction = before < replicas ? 'up' : 'down';
    events.record({ about: deployment, from: FROM, type: 'Normal', reason: 'ScalingReplicaSet', message: `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${replicas}` });
  }
  return scaled;
}

/** Shows the current set's revision on the Deployment, and that a set was made or found, where no progress is on record yet. */
export function announce({ objects, clock }: PhysicsContext, deployment: Deployment, current: ReplicaSet, made: boolean): Deployment {
  const revision = current.metadata.annotations?.[REVISION];
  let latest = deployment;
  if (revision !== undefined && deployment.metadata.annotations?.[REVISION] !== revision) {
    latest = objects.update<Deployment>({ ...deployment, metadata: { ...deployment.metadata, annotations: { ...deployment.metadata.annotations, [REVISION]: revision } } }, AS);
  }
  const conditions = latest.status?.conditions ?? [];
  const known = conditions.some((condition) => condition.type === 'Progressing');
  if (known && !made) return latest;
  const now = renderTime(clock.now());
  const progressing: Condition = {
    type: 'Progressing',
    status: 'True',
    reason: made ? 'NewReplicaSetCreated' : 'FoundNewReplicaSet',
    message: made ? `Created new replica set "${current.metadata.name}"` : `Found new replica set "${current.metadata.name}"`,
    lastTransitionTime: now,
    lastUpdateTime: now,
  };
  return objects.updateStatus<Deployment>({ ...latest, status: { ...latest.status, conditions: withCondition(conditions, progressing) } }, AS);
}
