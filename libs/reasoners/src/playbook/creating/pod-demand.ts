import { readQuantity } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import { asList, asRecord, podSpecPath, valueAt } from '../workload.ts';

/** A quota's name for an amount of a pod: `requests.memory`, `memory` (which means requests), `limits.cpu`, `pods`. */
export interface Measure {
  readonly list: 'requests' | 'limits';
  readonly resource: string;
}

export function measureOf(name: string): Measure | undefined {
  const [first, ...rest] = name.split('.');
  if ((first === 'requests' || first === 'limits') && rest.length > 0) return { list: first, resource: rest.join('.') };
  return ['cpu', 'memory', 'ephemeral-storage'].includes(name) ? { list: 'requests', resource: name } : undefined;
}

/** What one pod of a template counts against a measure; a request that is left out is its limit. Undefined for what a pod does not hold. */
export function podDemand(podSpec: unknown, name: string): bigint | undefined {
  if (name === 'pods' || name === 'count/pods') return 1_000_000_000n;
  const measure = measureOf(name);
  if (!measure) return undefined;
  const amountOf = (container: unknown) => {
    const { requests, limits } = asRecord(asRecord(container)['resources']);
    const value = asRecord(measure.list === 'requests' ? { ...asRecord(limits), ...asRecord(requests) } : limits)[measure.resource];
    return typeof value === 'string' || typeof value === 'number' ? (readQuantity(value) ?? 0n) : 0n;
  };
  const spec = asRecord(podSpec);
  const running = asList(spec['containers']).reduce((sum, container) => sum + amountOf(container), 0n);
  const starting = asList(spec['initContainers']).map(amountOf).reduce((most, amount) => (amount > most ? amount : most), 0n);
  return running > starting ? running : starting;
}

/** How many pods the object wants at once, the spare ones of a rolling update not counted. */
export function wantedPods(object: KubeObject): bigint {
  const { replicas, parallelism } = asRecord(valueAt(object, ['spec']));
  const count = replicas ?? parallelism ?? asRecord(object['status'])['desiredNumberScheduled'] ?? 1;
  return BigInt(typeof count === 'number' && count >= 0 ? Math.trunc(count) : 1);
}

/** What the living pods of the object count already. */
export function heldBy(object: KubeObject, related: readonly KubeObject[], name: string): bigint {
  const sets = related.filter((one) => ['ReplicaSet', 'Job'].includes(one.kind) && owns(object, one));
  const pods = related.filter((one) => one.kind === 'Pod' && !['Failed', 'Succeeded'].includes(String(asRecord(one['status'])['phase'])) && [object, ...sets].some((owner) => owns(owner, one)));
  return pods.reduce((sum, pod) => sum + (podDemand(pod['spec'], name) ?? 0n), 0n);
}

function owns(owner: KubeObject, object: KubeObject): boolean {
  return (object.metadata.ownerReferences ?? []).some(({ kind, name }) => kind === owner.kind && name === owner.metadata.name);
}

/** What all pods of the object want of a measure. */
export function demandOf(object: KubeObject, name: string): bigint | undefined {
  const one = podDemand(valueAt(object, podSpecPath(object)), name);
  return one === undefined ? undefined : one * wantedPods(object);
}
