import { messageOf, minutes, renderTime, seconds } from '@fleetmend/kernel';
import type { Duration } from '@fleetmend/kernel';
import type { KubeObject } from '../../objects.ts';
import { controllerIdentity } from '../runtime/context.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { keyOf } from '../runtime/keys.ts';
import { sameJson } from '../runtime/same-json.ts';
import type { Autoscaler } from '../shapes/autoscaler.ts';
import type { Condition } from '../shapes/pod.ts';
import type { PodMetrics } from './pod-metrics.ts';
import { MetricError, proposeReplicas } from './replica-count.ts';
import type { Proposal } from './replica-count.ts';
import { startWorkloadLoop } from './workload-loop.ts';

const FROM = 'horizontal-pod-autoscaler';
const AS = controllerIdentity(FROM);
/** The controller looks again this often, whatever happened. */
const SYNC: Duration = seconds(15);
/** The highest of the recommendations of this span counts, so that a dip takes nothing away. */
const DOWNSCALE_WINDOW: Duration = minutes(5);

/** Scalable kinds, with the plural that errors name them by. */
const SCALABLE: Readonly<Record<string, string>> = { Deployment: 'deployments.apps', StatefulSet: 'statefulsets.apps', ReplicaSet: 'replicasets.apps' };

type Recommendations = Map<string, { readonly at: number; readonly replicas: number }[]>;

/** Scales workloads by what their pods use. Without a metrics API it says so, as in a cluster where nobody installed one. */
export function startAutoscalerController(context: PhysicsContext, metrics: PodMetrics): void {
  const recommended: Recommendations = new Map();
  startWorkloadLoop<Autoscaler>(context, {
    name: FROM,
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    makes: [],
    reconcile: (scaler) => {
      reconcile(context, metrics, scaler, recommended);
      return SYNC;
    },
  });
}

/** The conditions of an autoscaler while it is looked at; the order is that in which types were first set. */
function conditionsOf(scaler: Autoscaler, now: string) {
  const list: Condition[] = [...(scaler.status?.conditions ?? [])];
  return {
    list,
    set(type: string, status: 'True' | 'False', reason: string, message: string): void {
      const index = list.findIndex((condition) => condition.type === type);
      const before = list[index];
      const next: Condition = { type, status, reason, message, lastTransitionTime: before?.status === status ? (before.lastTransitionTime ?? now) : now };
      if (index < 0) list.push(next);
      else list[index] = next;
    },
  };
}

function reconcile(context: PhysicsContext, metrics: PodMetrics, scaler: Autoscaler, recommended: Recommendations): void {
  const { objects, clock, events } = context;
  const now = renderTime(clock.now());
  const conditions = conditionsOf(scaler, now);
  const note = (type: 'Normal' | 'Warning', reason: string, message: string) => events.record({ about: scaler, from: FROM, type, reason, message });
  const write = (status: Omit<NonNullable<Autoscaler['status']>, 'conditions'>) => {
    const next = { ...status, conditions: conditions.list };
    if (!sameJson(next, scaler.status)) objects.updateStatus<Autoscaler>({ ...scaler, status: next }, AS);
  };
  const { conditions: _, ...before } = scaler.status ?? {};

  const target = findTarget(context, scaler);
  if (typeof target === 'string') {
    note('Warning', 'FailedGetScale', target);
    conditions.set('AbleToScale', 'False', 'FailedGetScale', `the HPA controller was unable to get the target's current scale: ${target}`);
    return write(before);
  }
  conditions.set('AbleToScale', 'True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale");
  const current = (target['spec'] as { readonly replicas?: number }).replicas ?? 1;
  const { minReplicas: min = 1, maxReplicas: max } = scaler.spec;
  const lastScale = scaler.status?.lastScaleTime === undefined ? {} : { lastScaleTime: scaler.status.lastScaleTime };

  let desired = current;
  let reason = '';
  let statuses: readonly Readonly<Record<string, unknown>>[] | null = null;
  if (current === 0 && min !== 0) {
    conditions.set('ScalingActive', 'False', 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero');
    return write({ currentReplicas: 0, desiredReplicas: 0, ...lastScale, currentMetrics: null });
  }
  if (current > max) [desired, reason] = [max, 'Current number of replicas above Spec.MaxReplicas'];
  else if (current < min) [desired, reason] = [min, 'Current number of replicas below Spec.MinReplicas'];
  else {
    const computed = compute(context, metrics, scaler, { target, current, note, conditions });
    if (!computed) return write({ currentReplicas: current, desiredReplicas: scaler.status?.desiredReplicas ?? 0, ...lastScale, currentMetrics: (scaler.spec.metrics ?? []).map(() => ({ type: '' })) });
    statuses = computed.statuses;
    reason = computed.best.replicas > current ? `${computed.best.metric} above target` : 'All metrics below target';
    desired = normalize({ conditions, recommended, key: keyOf(scaler), now: clock.now() }, { current, proposed: computed.best.replicas, min, max });
  }
  if (desired !== current) {
    objects.update<KubeObject>({ ...target, spec: { ...(target['spec'] as object), replicas: desired } }, AS);
    conditions.set('AbleToScale', 'True', 'SucceededRescale', `the HPA controller was able to update the target scale to ${desired}`);
    note('Normal', 'SuccessfulRescale', `New size: ${desired}; reason: ${reason}`);
  }
  write({ currentReplicas: current, desiredReplicas: desired, ...(desired === current ? lastScale : { lastScaleTime: now }), currentMetrics: statuses });
}

/** The object that is scaled, or why there is none, in the words of the scale client. */
function findTarget({ objects }: PhysicsContext, { spec, metadata }: Autoscaler): KubeObject | string {
  const { apiVersion = 'v1', kind, name } = spec.scaleTargetRef;
  const plural = apiVersion.startsWith('apps/') ? SCALABLE[kind] : undefined;
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  if (plural === undefined) return `no matches for kind "${kind}" in group "${group ?? ''}"`;
  return objects.get<KubeObject>('apps/v1', kind, metadata.namespace, name) ?? `${plural} "${name}" not found`;
}

interface Look {
  readonly target: KubeObject;
  readonly current: number;
  readonly note: (type: 'Normal' | 'Warning', reason: string, message: string) => void;
  readonly conditions: ReturnType<typeof conditionsOf>;
}

/** The metric that asks for the most counts. One that fails is forgiven where another asks for more than there is. */
function compute(context: PhysicsContext, metrics: PodMetrics, scaler: Autoscaler, { target, current, note, conditions }: Look): { readonly best: Proposal; readonly statuses: readonly Readonly<Record<string, unknown>>[] } | undefined {
  const specs = scaler.spec.metrics ?? [];
  const proposals: Proposal[] = [];
  const failures: MetricError[] = [];
  for (const spec of specs) {
    try {
      proposals.push(proposeReplicas(context, metrics, spec, { object: target, replicas: current }));
    } catch (error) {
      if (!(error instanceof MetricError)) throw error;
      note('Warning', error.reason, messageOf(error));
      failures.push(error);
    }
  }
  const best = proposals.toSorted((a, b) => b.replicas - a.replicas)[0];
  const [failure] = failures;
  if (!best || (failure && best.replicas < current)) {
    if (failure) {
      conditions.set('ScalingActive', 'False', failure.reason, `the HPA was unable to compute the replica count: ${messageOf(failure)}`);
      note('Warning', 'FailedComputeMetricsReplicas', `invalid metrics (${failures.length} invalid out of ${specs.length}), first error is: ${failure.wrapped}`);
    }
    return undefined;
  }
  conditions.set('ScalingActive', 'True', 'ValidMetricFound', `the HPA was able to successfully calculate a replica count from ${best.metric}`);
  return { best, statuses: proposals.map(({ status }) => status) };
}

interface Normal {
  readonly conditions: ReturnType<typeof conditionsOf>;
  readonly recommended: Recommendations;
  readonly key: string;
  readonly now: number;
}

/** Not down before the window is over, not up more than twice at a time, and within the bounds. */
function normalize({ conditions, recommended, key, now }: Normal, { current, proposed, min, max }: { readonly current: number; readonly proposed: number; readonly min: number; readonly max: number }): number {
  const recent = (recommended.get(key) ?? [{ at: now, replicas: current }]).filter(({ at }) => now - at < DOWNSCALE_WINDOW);
  recommended.set(key, [...recent, { at: now, replicas: proposed }]);
  const stable = Math.max(proposed, ...recent.map(({ replicas }) => replicas));
  if (stable !== proposed) conditions.set('AbleToScale', 'True', 'ScaleDownStabilized', 'recent recommendations were higher than current one, applying the highest recent recommendation');
  else conditions.set('AbleToScale', 'True', 'ReadyForNewScale', 'recommended size matches current size');
  const limit = Math.max(2 * current, 4);
  const most = Math.min(max, limit);
  if (stable < min) conditions.set('ScalingLimited', 'True', 'TooFewReplicas', 'the desired replica count is less than the minimum replica count');
  else if (stable > most && max > limit) conditions.set('ScalingLimited', 'True', 'ScaleUpLimit', 'the desired replica count is increasing faster than the maximum scale rate');
  else if (stable > most) conditions.set('ScalingLimited', 'True', 'TooManyReplicas', 'the desired replica count is more than the maximum replica count');
  else conditions.set('ScalingLimited', 'False', 'DesiredWithinRange', 'the desired count is within the acceptable range');
  return Math.min(most, Math.max(min, stable));
}
