import { renderTime } from '@fleetmend/kernel';
import type { Clock } from '@fleetmend/kernel';
import type { ClusterObjects, KubeObject, WriteOptions } from '../../objects.ts';
import type { Condition } from '../../physics/shapes/pod.ts';
import { REQUESTED_AT } from './shapes.ts';
import type { FluxStatus } from './shapes.ts';

export interface Mark {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** A condition to set, or the type of one to take away. */
export type Change = Mark | { readonly without: string };

/** First these, in this order, then the others by name. Source: fluxcd/pkg/runtime, conditions/setter.go. */
const FIRST: readonly string[] = ['Stalled', 'Reconciling', 'Ready'];

/** Sets conditions as Flux's runtime does: a new reason or message is a transition, too. */
export function withMarks(conditions: readonly Condition[] = [], changes: readonly Change[], { generation, at }: { readonly generation: number; readonly at: string }): readonly Condition[] {
  const next = new Map(conditions.map((condition) => [condition.type, condition]));
  for (const change of changes) {
    if ('without' in change) {
      next.delete(change.without);
      continue;
    }
    const before = next.get(change.type);
    const isSame = before?.status === change.status && before.reason === change.reason && before.message === change.message;
    next.set(change.type, { ...change, observedGeneration: generation, lastTransitionTime: isSame ? before.lastTransitionTime : at });
  }
  const rank = (type: string) => (FIRST.includes(type) ? FIRST.indexOf(type) : FIRST.length);
  return [...next.values()].sort((a, b) => rank(a.type) - rank(b.type) || (a.type < b.type ? -1 : 1));
}

export const ready = (status: Mark['status'], reason: string, message: string): Mark => ({ type: 'Ready', status, reason, message });

interface FluxObject extends KubeObject {
  readonly status?: FluxStatus;
}

export interface StatusChange<T extends FluxObject> {
  readonly marks: readonly Change[];
  readonly status?: (before: NonNullable<T['status']>) => Partial<NonNullable<T['status']>>;
  /** The spec's present generation is dealt with. */
  readonly observed?: boolean;
  /** The reconcile is over: an asked-for one is noted as done. */
  readonly handled?: boolean;
}

/** Reads the object again and changes its status; `undefined` where it is gone. */
export function changeStatus<T extends FluxObject>({ objects, clock }: { readonly objects: ClusterObjects; readonly clock: Clock }, found: T, as: WriteOptions, { marks, status, observed = false, handled = false }: StatusChange<T>): T | undefined {
  const latest = objects.get<T>(found.apiVersion, found.kind, found.metadata.namespace, found.metadata.name);
  if (!latest) return undefined;
  const before = (latest.status ?? {}) as NonNullable<T['status']>;
  const generation = found.metadata.generation ?? 1;
  const requested = found.metadata.annotations?.[REQUESTED_AT];
  const next = {
    ...before,
    ...status?.(before),
    ...(observed ? { observedGeneration: generation } : {}),
    ...(handled && requested !== undefined ? { lastHandledReconcileAt: requested } : {}),
    conditions: withMarks(before.conditions, marks, { generation, at: renderTime(clock.now()) }),
  };
  return objects.updateStatus<T>({ ...latest, status: next }, as);
}

/** Puts a finalizer on, or takes it off. */
export function setFinalizer<T extends KubeObject>(objects: ClusterObjects, object: T, as: WriteOptions, { finalizer, wanted }: { readonly finalizer: string; readonly wanted: boolean }): T {
  const has = object.metadata.finalizers ?? [];
  if (has.includes(finalizer) === wanted) return object;
  const finalizers = wanted ? [...has, finalizer] : has.filter((one) => one !== finalizer);
  return objects.update<T>({ ...object, metadata: { ...object.metadata, finalizers } }, as);
}
