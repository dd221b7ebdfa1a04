import { readQuantity } from '@fleetmend/kernel';
import type { CostBudget, KubeObject, ObjectDiff, Prices } from '@fleetmend/model';
import type { GateInput } from '@fleetmend/plugin-api';
import { readPointer } from '../propose/field.ts';
import { HOURS_PER_MONTH, LIST_PRICES } from './prices.ts';

type Resource = 'cpu' | 'memory';
const GIB = 2 ** 30;
const NANO = 1e9;
/** Kinds whose pods run all the time. What Jobs cost depends on how long they run, which no manifest says. */
const STEADY: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', 'DaemonSet']);

export interface CostQuestion {
  readonly diffs: readonly ObjectDiff[];
  /** How many clusters the same change reaches. */
  readonly clusters: number;
  /** Pods that are ready in all of them: what a DaemonSet counts by. */
  readonly readyPods: number;
  readonly budget?: CostBudget | undefined;
}

/**
 * What a change costs more in a month: what its pods reserve, times how many there are, times the price of an hour. A pod reserves
 * its requests, or its limits where it has none, as the scheduler does; init containers run before the others, so the larger counts.
 * Null when an amount can not be read: an unknown cost must not pass for none.
 */
export function costOf({ diffs, clusters, readyPods, budget }: CostQuestion): GateInput['facts']['cost'] {
  const prices = budget?.prices ?? LIST_PRICES;
  const deltas = diffs
    .filter((diff) => STEADY.has(diff.ref.kind))
    .map((diff) => {
      const monthly = (object: KubeObject | undefined): number => (object === undefined ? 0 : perHour(object, prices) * pods(object, readyPods / Math.max(1, clusters)));
      return (monthly(diff.after) - monthly(diff.before)) * HOURS_PER_MONTH * clusters;
    });
  const delta = deltas.reduce((sum, one) => sum + one, 0);
  return { monthlyDeltaUSD: Number.isFinite(delta) ? Math.round(delta * 100) / 100 : null, limitUSD: budget?.monthlyLimitUSD ?? null, prices: { ...prices } };
}

function pods(object: KubeObject, ready: number): number {
  if (object.kind === 'DaemonSet') return Math.max(1, ready);
  const replicas = readPointer(object, '/spec/replicas') ?? 1;
  return typeof replicas === 'number' ? replicas : Number.NaN;
}

function perHour(object: KubeObject, prices: Prices): number {
  const [cpu, memory] = [reserved(object, 'cpu'), reserved(object, 'memory')];
  return cpu * prices.vcpuHourUSD + (memory / GIB) * prices.gibHourUSD;
}

/** Cores or bytes that one pod reserves. */
function reserved(object: KubeObject, resource: Resource): number {
  const amounts = (list: string): number[] => {
    const containers = readPointer(object, `/spec/template/spec/${list}`);
    return Array.isArray(containers) ? containers.map((container: unknown) => amount(container, resource)) : [];
  };
  return Math.max(amounts('containers').reduce((sum, one) => sum + one, 0), ...amounts('initContainers'));
}

function amount(container: unknown, resource: Resource): number {
  const of = (section: string): unknown => readPointer(container as KubeObject, `/resources/${section}/${resource}`);
  const text = of('requests') ?? of('limits');
  if (text === undefined || text === null) return 0;
  const nano = typeof text === 'string' || typeof text === 'number' ? readQuantity(text) : undefined;
  return nano === undefined ? Number.NaN : Number(nano) / NANO;
}
