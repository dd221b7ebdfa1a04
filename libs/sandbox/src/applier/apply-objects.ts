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
  /** As it is now; of a dry run, as it would be. */
  readonly object: KubeObject;
  readonly change: Change;
}

export interface ApplyFailure {
  readonly ref: ObjectRef;
  /** The API's reason: `Invalid`, `Forbidden` … */
  readonly reason: string;
  readonly message: string;
}

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

interface ApplyAs {
  readonly manager: string;
  readonly dryRun: boolean;
  /** What may not be changed is made anew, whatever the object says of itself. */
  readonly mayReplace?: boolean | undefined;
}

/** Applies one object server-side and forces it; a refusal is an answer. What may not be changed and says so itself is made anew. */
export function applyObject(objects: ClusterObjects, object: KubeObject, as: ApplyAs): Applied | ApplyFailure {
  const outcome = tryToApply(objects, object, as);
  if ('change' in outcome || outcome.reason !== 'Invalid' || !(as.mayReplace ?? mayBeReplaced(object))) return outcome;
  if (as.dryRun) return { ref: refOf(object), object, change: 'configured' };
  objects.delete(object.apiVersion, object.kind, object.metadata.namespace, object.metadata.name, { gracePeriodSeconds: 0, propagationPolicy: 'Background' });
  return tryToApply(objects, object, as);
}

/** The annotations by which Flux, or Argo CD, is told to delete and create an object whose immutable fields differ. */
function mayBeReplaced({ metadata }: KubeObject): boolean {
  const { 'kustomize.toolkit.fluxcd.io/force': force = '', 'argocd.argoproj.io/sync-options': options = '' } = metadata.annotations ?? {};
  const named = options.split(',').map((option) => option.trim());
  return force.toLowerCase() === 'enabled' || (named.includes('Force=true') && named.includes('Replace=true'));
}

function tryToApply(objects: ClusterObjects, object: KubeObject, { manager, dryRun }: ApplyAs): Applied | ApplyFailure {
  try {
    const before = objects.get(object.apiVersion, object.kind, object.metadata.namespace, object.metadata.name);
    const after = objects.apply(object, { manager, dryRun, force: true });
    return { ref: refOf(after), object: after, change: !before ? 'created' : essence(before) === essence(after) ? 'unchanged' : 'configured' };
  } catch (error) {
    return { ref: refOf(object), reason: error instanceof StatusError ? error.reason : 'Unknown', message: messageOf(error) };
  }
}

/** True where applying the object would change nothing. A refusal counts as a difference. */
export function isInSync(objects: ClusterObjects, object: KubeObject, manager: string): boolean {
  const outcome = applyObject(objects, object, { manager, dryRun: true });
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
