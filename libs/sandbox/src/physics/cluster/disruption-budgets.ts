import { renderTime } from '@fleetmend/kernel';
import type { KubeObject } from '../../objects.ts';
import { withCondition } from '../runtime/conditions.ts';
import { controllerIdentity } from '../runtime/context.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { controllerOf, keyOf, parseKey } from '../runtime/keys.ts';
import { startLoop } from '../runtime/loop.ts';
import { sameJson } from '../runtime/same-json.ts';
import { matchesSelector } from '../runtime/selectors.ts';
import type { Condition, LabelSelector, Pod } from '../shapes/pod.ts';
import type { IntOrPercent, ReplicaSet } from '../shapes/workloads.ts';
import { isActive, isReady } from '../workloads/owned-pods.ts';

const FROM = 'disruption-controller';
const AS = controllerIdentity(FROM);
const BUDGET = ['policy/v1', 'PodDisruptionBudget'] as const;

interface Budget extends KubeObject {
  readonly spec: { readonly selector?: LabelSelector; readonly minAvailable?: IntOrPercent; readonly maxUnavailable?: IntOrPercent };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** Counts for each PodDisruptionBudget how many of its pods may be evicted now. */
export function startDisruptionBudgets(context: PhysicsContext): void {
  const { objects, clock, signal, failed } = context;
  const loop = startLoop({
    name: FROM,
    clock,
    signal,
    failed,
    retry: { initial: 100, max: 10_000 },
    reconcile(key) {
      const { namespace, name } = parseKey(key);
      const budget = objects.get<Budget>(...BUDGET, namespace, name);
      if (budget && !budget.metadata.deletionTimestamp) count(context, budget);
      return undefined;
    },
  });
  const ends = [
    objects.watch(...BUDGET, ({ object }) => loop.enqueue(keyOf(object))),
    objects.watch('v1', 'Pod', ({ object }) => {
      for (const budget of objects.list(...BUDGET, { namespace: object.metadata.namespace ?? 'default' })) loop.enqueue(keyOf(budget));
    }),
  ];
  signal.addEventListener('abort', () => ends.forEach((end) => end()), { once: true });
}

function count({ objects, clock, events }: PhysicsContext, budget: Budget): void {
  const { minAvailable, maxUnavailable = 1, selector } = budget.spec;
  const pods = objects.list<Pod>('v1', 'Pod', { namespace: budget.metadata.namespace ?? 'default' }).filter((pod) => isActive(pod) && matchesSelector(selector, pod.metadata.labels));
  // This controller signs its events with the name of the whole program.
  if (pods.length === 0) events.record({ about: budget, from: 'controllermanager', type: 'Normal', reason: 'NoPods', message: 'No matching pods found' });
  const expectedPods = Math.max(pods.length, wantedOf(objects, pods));
  const currentHealthy = pods.filter(isReady).length;
  const desiredHealthy = Math.max(0, minAvailable === undefined ? expectedPods - resolve(maxUnavailable, expectedPods) : resolve(minAvailable, expectedPods));
  const disruptionsAllowed = Math.max(0, Math.min(currentHealthy - desiredHealthy, expectedPods === 0 ? 0 : Infinity));
  const condition: Condition = {
    type: 'DisruptionAllowed',
    status: disruptionsAllowed > 0 ? 'True' : 'False',
    reason: disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods',
    message: '',
    observedGeneration: budget.metadata.generation ?? 1,
    lastTransitionTime: renderTime(clock.now()),
  };
  const status = {
    ...(budget.metadata.generation === undefined ? {} : { observedGeneration: budget.metadata.generation }),
    disruptionsAllowed,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    conditions: withCondition(budget.status?.conditions ?? [], condition),
  };
  if (!sameJson(status, budget.status)) objects.updateStatus<Budget>({ ...budget, status } as Budget, AS);
}

/** What the pods' controllers want, so that a pod that is missing counts as unavailable. */
function wantedOf(objects: PhysicsContext['objects'], pods: readonly Pod[]): number {
  const sets = new Map(pods.flatMap((pod) => {
    const owner = controllerOf(pod);
    const set = owner && (owner.kind === 'ReplicaSet' || owner.kind === 'StatefulSet') ? objects.get<ReplicaSet>('apps/v1', owner.kind, pod.metadata.namespace, owner.name) : undefined;
    return set ? [[set.metadata.uid, set.spec.replicas ?? 1] as const] : [];
  }));
  return [...sets.values()].reduce((sum, replicas) => sum + replicas, 0);
}

function resolve(value: IntOrPercent, total: number): number {
  return typeof value === 'string' && value.endsWith('%') ? Math.ceil((Number.parseInt(value, 10) * total) / 100) : Number(value);
}
