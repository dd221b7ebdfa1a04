import type { KubeObject } from '@fleetmend/model';

/** The parts of a container that rules look at. */
export interface ContainerView {
  readonly name: string;
  readonly image: string | undefined;
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
  /** Path from the object's root to this container, in the form of `FieldPath`. */
  readonly path: readonly string[];
}

export type Json = Readonly<Record<string, unknown>>;

const TEMPLATE_PATHS: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};
const DEFAULT_TEMPLATE_PATH = ['spec', 'template', 'spec'];

/** Path to the pod spec inside an object of this kind. */
export function podSpecPath(object: KubeObject): readonly string[] {
  return TEMPLATE_PATHS[object.kind] ?? DEFAULT_TEMPLATE_PATH;
}

/** Every container of the object's pod template, init containers included. */
export function containersOf(object: KubeObject): readonly ContainerView[] {
  const path = podSpecPath(object);
  const spec = asRecord(valueAt(object, path));
  return (['containers', 'initContainers'] as const).flatMap((list) => asList(spec[list]).map((item) => viewOf(item, [...path, list])));
}

function viewOf(item: Json, listPath: readonly string[]): ContainerView {
  const resources = asRecord(item['resources']);
  const name = String(item['name'] ?? '');
  return {
    name,
    image: typeof item['image'] === 'string' ? item['image'] : undefined,
    requests: amounts(resources['requests']),
    limits: amounts(resources['limits']),
    path: [...listPath, `[name=${name}]`],
  };
}

/** The container of that name; without a name, the only one there is. */
export function findContainer(object: KubeObject, name: string | undefined): ContainerView | undefined {
  const containers = containersOf(object);
  if (name !== undefined) return containers.find((container) => container.name === name);
  return containers.length === 1 ? containers[0] : undefined;
}

/** Follows a `FieldPath` through an object; undefined where it ends early. */
export function valueAt(object: unknown, path: readonly string[]): unknown {
  let current = object;
  for (const segment of path) {
    current = Array.isArray(current) ? itemOf(current, segment) : asRecord(current)[segment];
    if (current === undefined) return undefined;
  }
  return current;
}

function itemOf(list: readonly unknown[], segment: string): unknown {
  const match = /^\[([^=\]]+)=(.*)\]$/.exec(segment);
  if (!match) return list[Number(segment)];
  const [, key = '', wanted] = match;
  return list.find((item) => String(asRecord(item)[key]) === wanted);
}

/**
 * The target's own ReplicaSets and pods that are ready now, newest revision first: their templates are known to run here.
 * `related` holds the whole namespace; what another workload runs proves nothing.
 */
export function healthyTemplates(target: KubeObject, related: readonly KubeObject[]): readonly KubeObject[] {
  const sets = related.filter((object) => object.kind === 'ReplicaSet' && isOwnedBy(object, target));
  const pods = related.filter((object) => object.kind === 'Pod' && [target, ...sets].some((owner) => isOwnedBy(object, owner)));
  const ready = [...sets.filter((set) => Number(asRecord(set['status'])['readyReplicas'] ?? 0) > 0), ...pods.filter(isReady)];
  return ready.sort((a, b) => revisionOf(b) - revisionOf(a) || (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''));
}

function isOwnedBy(object: KubeObject, owner: KubeObject): boolean {
  if ((object.metadata.namespace ?? '') !== (owner.metadata.namespace ?? '')) return false;
  return (object.metadata.ownerReferences ?? []).some((ref) => ref.kind === owner.kind && ref.name === owner.metadata.name);
}

function revisionOf(object: KubeObject): number {
  return Number(object.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
}

export function isReady(pod: KubeObject): boolean {
  return asList(asRecord(pod['status'])['conditions']).some((condition) => condition['type'] === 'Ready' && condition['status'] === 'True');
}

function amounts(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(asRecord(value)).map(([name, amount]) => [name, String(amount)]));
}

export function asRecord(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

export function asList(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(asRecord) : [];
}

/** An amount of a resource as YAML may hold it: `2` is as good as `"2"`. */
export function isAmount(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
