import { canonicalJson } from '@fleetmend/kernel';
import type { Action, ObjectRef } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { changesInEffect, isSameObject, isTarget, restore } from './changes-in-effect.ts';
import { podSpecPath, valueAt } from './workload.ts';

/** The changes of the target that still stand, newest first, in places that a pattern matches: `spec/replicas`, with `{pod}` for its pod spec. */
export function changesAt(kase: Case, ...patterns: readonly RegExp[]): readonly GitChange[] {
  return changesInEffect(kase).filter((change) => isTarget(kase, change.object) && change.path.length > 0 && patterns.some((pattern) => pattern.test(placeOf(kase, change.path))));
}

/** A path as patterns see it: from the object's root, the pod spec as `{pod}`. */
export function placeOf(kase: Case, path: readonly string[]): string {
  const pod = podSpecPath(kase.target);
  return pod.length <= path.length && pod.every((segment, index) => path[index] === segment) ? ['{pod}', ...path.slice(pod.length)].join('/') : path.join('/');
}

/** The changes of other objects that still stand. */
export function changesOf(kase: Case, wanted: (object: ObjectRef) => boolean): readonly GitChange[] {
  return changesInEffect(kase).filter((change) => wanted(change.object));
}

/** Puts each place back, each action once. Items of a list that came and went together, as where one was renamed, go back as one list. */
export function restoring(kase: Case, changes: readonly GitChange[]): readonly Action[] {
  const actions = changes.map((change) => restore(kase, wholeList(kase, change)));
  return actions.filter((action, index) => actions.findIndex((other) => canonicalJson(other) === canonicalJson(action)) === index);
}

/** The list of a changed item, where one commit took an item out and put another one in, and no other commit touched the list. */
function wholeList(kase: Case, change: GitChange): GitChange {
  const parent = change.path.slice(0, -1);
  if (!/^\[name=/.test(change.path.at(-1) ?? '')) return change;
  const inList = changesInEffect(kase).filter(({ object, path }) => sameObject(object, change.object) && path.length > parent.length && parent.every((segment, index) => path[index] === segment));
  const came = inList.some(({ before }) => before === undefined);
  const went = inList.some(({ after }) => after === undefined);
  return came && went && inList.every(({ commit }) => commit === change.commit) ? { ...change, path: parent } : change;
}

function sameObject(a: ObjectRef, b: ObjectRef): boolean {
  return a.kind === b.kind && a.name === b.name && a.namespace === b.namespace;
}

/** What Git says of a field of the target at the head; undefined also where the target has no place in Git. */
export function valueInGit(kase: Case, path: readonly string[]): unknown {
  const { apiVersion, kind, metadata } = kase.target;
  const ref: ObjectRef = { apiVersion, kind, name: metadata.name, ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }) };
  const head = kase.versions[0]?.objects.find((one) => isSameObject(one, ref));
  return head && valueAt(head, path);
}

/** An autoscaler, or KEDA, decides how many replicas the target has: its number is not ours. */
export function scalerOf(kase: Case): string | undefined {
  const { kind, metadata } = kase.target;
  const scaler = kase.related.find((object) => {
    const ref = valueAt(object, ['spec', 'scaleTargetRef']) as { readonly kind?: string; readonly name?: string } | undefined;
    return ['HorizontalPodAutoscaler', 'ScaledObject'].includes(object.kind) && (ref?.kind ?? 'Deployment') === kind && ref?.name === metadata.name;
  });
  return scaler && `${scaler.kind} ${scaler.metadata.name}`;
}
