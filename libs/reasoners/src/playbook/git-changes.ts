import { canonicalJson } from '@fleetmend/kernel';
import { groupOf, isGuardPath, refOf, type Action, type FieldPath, type KubeObject, type ObjectRef } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { valueAt } from './workload.ts';

/** The same object, whatever version of its API; a manifest may leave its namespace to whoever applies it. */
export function isAbout({ object }: Pick<GitChange, 'object'>, ref: ObjectRef): boolean {
  return groupOf(object.apiVersion) === groupOf(ref.apiVersion) && object.kind === ref.kind && object.name === ref.name && (object.namespace ?? ref.namespace) === ref.namespace;
}

/** An object as Git has it at the head; undefined: the application renders none of that name. */
export function findInGit({ versions }: Case, ref: ObjectRef): KubeObject | undefined {
  return versions[0]?.objects.find((object) => isAbout({ object: refOf(object) }, ref));
}

/**
 * What commits made of an object and nobody changed since, newest first: the head still says `after`.
 * @example standingChanges(kase, refOf(kase.target), (path) => path.at(-1) === 'image')
 */
export function standingChanges(kase: Case, ref: ObjectRef, where: (path: FieldPath) => boolean = () => true): readonly GitChange[] {
  const head = findInGit(kase, ref);
  const seen = new Set<string>();
  return kase.changes.filter((change) => {
    const key = change.path.join('\u0000');
    if (change.path.length === 0 || !isAbout(change, ref) || seen.has(key) || !where(change.path)) return false;
    seen.add(key);
    return canonicalJson(valueAt(head, change.path) ?? null) === canonicalJson(change.after ?? null);
  });
}

/** Puts a change back. Undefined where that would take a guard out: a limit, a probe, a security context. */
export function restoreOf(kase: Case, { object, path, before, beforeCommit }: GitChange): Action | undefined {
  if (path.length === 0 || (before === undefined && isGuardPath(path))) return undefined;
  const own = isAbout({ object }, refOf(kase.target));
  return { action: 'restoreField', ...(own ? {} : { object: { ...object, namespace: object.namespace ?? kase.target.metadata.namespace } }), path: [...path], commit: beforeCommit };
}

/** What the field was before its last change: the strongest candidate for what it should be. */
export function valueBefore(kase: Case, ref: ObjectRef, path: FieldPath): GitChange | undefined {
  return standingChanges(kase, ref, (changed) => changed.length === path.length && changed.every((segment, index) => segment === path[index]))[0];
}

/** The change of a field, or of something that holds it or stands inside it. */
export function changeAround(kase: Case, ref: ObjectRef, path: FieldPath): GitChange | undefined {
  return standingChanges(kase, ref, (changed) => changed.slice(0, path.length).every((segment, index) => segment === path[index]))[0];
}
