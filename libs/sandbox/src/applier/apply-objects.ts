import { canonicalJson, messageOf } from '@fleetmend/kernel';
import { StatusError } from '../objects.ts';
import type { ClusterObjects, KubeObject } from '../objects.ts';

/** An object by the names that survive its deletion. */
export interface ObjectRef {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export type Change = 'created' | 'configured' | 'unchanged';

export interface Applied {
  readonly ref: ObjectRef;
  readonly change: Change;
}

export interface ApplyFailure {
  readonly ref: ObjectRef;
  /** The API's reason: `Invalid`, `Forbidden` … */
  readonly reason: string;
  readonly message: string;
}

export type ApplyResult = { readonly applied: readonly Applied[] } | { readonly failures: readonly ApplyFailure[] };

export function refOf({ apiVersion, kind, metadata }: KubeObject): ObjectRef {
  const slash = apiVersion.indexOf('/');
  return { group: slash < 0 ? '' : apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1), kind, namespace: metadata.namespace ?? '', name: metadata.name };
}

export function apiVersionOf({ group, version }: ObjectRef): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `Deployment/shop/checkout`, as both engines name objects in messages. */
export function renderRef({ kind, namespace, name }: ObjectRef): string {
  return [kind, namespace, name].filter((part) => part !== '').join('/');
}

const FIRST = ['CustomResourceDefinition', 'Namespace'];
const ORDER = ['ResourceQuota', 'LimitRange', 'ServiceAccount', 'Secret', 'ConfigMap', 'StorageClass', 'PersistentVolume', 'PersistentVolumeClaim', 'ClusterRole', 'Role', 'ClusterRoleBinding', 'RoleBinding', 'Service'];

/**
 * Applies objects server-side: definitions and namespaces first, then the rest by kind. Before anything of the rest is written, all of it is
 * tried in a dry run; one refusal means that none of it is written, as with the real engines.
 */
export function applyObjects(objects: ClusterObjects, wanted: readonly KubeObject[], manager: string): ApplyResult {
  const rank = ({ kind }: KubeObject) => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);
  const first = wanted.filter(({ kind }) => FIRST.includes(kind)).sort((a, b) => FIRST.indexOf(a.kind) - FIRST.indexOf(b.kind));
  const rest = wanted.filter(({ kind }) => !FIRST.includes(kind)).sort((a, b) => rank(a) - rank(b));
  const applied: Applied[] = [];
  for (const stage of [first, rest]) {
    const failures = stage.flatMap((object) => tryApply(objects, object, manager));
    if (failures.length > 0) return { failures };
    for (const object of stage) {
      const outcome = apply(objects, object, { manager, dryRun: false });
      if ('reason' in outcome) return { failures: [outcome] };
      applied.push(outcome);
    }
  }
  return { applied };
}

function tryApply(objects: ClusterObjects, object: KubeObject, manager: string): readonly ApplyFailure[] {
  const outcome = apply(objects, object, { manager, dryRun: true });
  return 'reason' in outcome ? [outcome] : [];
}

function apply(objects: ClusterObjects, object: KubeObject, { manager, dryRun }: { readonly manager: string; readonly dryRun: boolean }): Applied | ApplyFailure {
  try {
    const before = objects.get(object.apiVersion, object.kind, object.metadata.namespace, object.metadata.name);
    const after = objects.apply(object, { manager, dryRun, force: true });
    return { ref: refOf(after), change: !before ? 'created' : essence(before) === essence(after) ? 'unchanged' : 'configured' };
  } catch (error) {
    return { ref: refOf(object), reason: error instanceof StatusError ? error.reason : 'Unknown', message: messageOf(error) };
  }
}

/** True where applying the object would change nothing. A refusal counts as a difference. */
export function isInSync(objects: ClusterObjects, object: KubeObject, manager: string): boolean {
  const outcome = apply(objects, object, { manager, dryRun: true });
  return 'change' in outcome && outcome.change === 'unchanged';
}

/** The object without what every write or the cluster itself moves. */
function essence({ metadata, status: _, ...rest }: KubeObject): string {
  const { resourceVersion: _version, managedFields: _fields, generation: _generation, ...kept } = metadata;
  return canonicalJson({ ...rest, metadata: kept });
}

/** Deletes what is in `before` and no longer in `now`, dependants first. Answers what was deleted. */
export function prune(objects: ClusterObjects, before: readonly ObjectRef[], now: readonly ObjectRef[], isKept: (object: KubeObject) => boolean): readonly ObjectRef[] {
  const wanted = new Set(now.map(identity));
  return [...before].reverse().filter((ref) => {
    if (wanted.has(identity(ref))) return false;
    const live = findLive(objects, ref);
    if (!live || live.metadata.deletionTimestamp || isKept(live)) return false;
    objects.delete(apiVersionOf(ref), ref.kind, ref.namespace || undefined, ref.name, { propagationPolicy: 'Background' });
    return true;
  });
}

/** `undefined` also where the kind itself is gone, with its definition. */
export function findLive(objects: ClusterObjects, ref: ObjectRef): KubeObject | undefined {
  try {
    return objects.get(apiVersionOf(ref), ref.kind, ref.namespace || undefined, ref.name);
  } catch (error) {
    if (error instanceof StatusError && error.code < 500) return undefined;
    throw error;
  }
}

/** The version is left out: an object that changes its API version is the same object. */
function identity({ group, kind, namespace, name }: ObjectRef): string {
  return [group, kind, namespace, name].join('/');
}
