import { canonicalJson, readQuantity } from '@fleetmend/kernel';
import { valueAt } from '@fleetmend/manifest';
import { Action, imageRepository, isFieldAction, objectOf, refOf, type DroppedAction, type KubeObject } from '@fleetmend/model';
import type { Reasoning } from '@fleetmend/plugin-api';
import { findFieldTaint, findHostTaint } from './field-taint.ts';
import { containersIn, findObject, gitCommits, healthyImages, isObject, type Origin } from './known-values.ts';

/**
 * The taint rule: every scalar of an action is a constant of the catalogue, a number, a value or a commit from Git's history,
 * or a name that exists. What stands only in a log, an event, an annotation or a model's answer reaches no file.
 *
 * It holds for every reasoner alike, whatever it says of itself. The reasons name fields and never repeat a value:
 * a value without an origin may be anything, also a secret or a link.
 */
export function withoutTaint(reasoning: Reasoning, kase: Origin): { readonly candidates: readonly Action[]; readonly dropped: readonly DroppedAction[] } {
  const dropped: DroppedAction[] = [];
  const candidates: Action[] = [];
  for (const candidate of reasoning.candidates) {
    const read = Action.safeParse(candidate);
    const reason = read.success ? findTaint(read.data, kase) : 'it does not follow the catalogue';
    if (read.success && reason === undefined) candidates.push(read.data);
    else dropped.push({ action: read.success ? read.data.action : 'unknown', reason: (reason ?? '').slice(0, 256) });
  }
  return { candidates, dropped };
}

/** Which part of an action has no known origin; undefined: none. */
export function findTaint(action: Action, kase: Origin): string | undefined {
  if (action.action === 'abstain') return undefined;
  const ref = objectOf(action) ?? refOf(kase.target);
  const object = isObject(kase.target, ref) ? kase.target : findObject(kase, ref);
  if (object === undefined || (ref.namespace ?? '') !== (kase.target.metadata.namespace ?? '')) return 'object is none that Git or the cluster has in the namespace of the target';
  const container = 'container' in action ? action.container : undefined;
  if (container !== undefined && !containersIn(kase.target).some((one) => one['name'] === container)) return 'container is not one of the target';
  if (isFieldAction(action)) return findFieldTaint(action, object, kase);
  switch (action.action) {
    case 'setResources':
      return amountTaint('requests', action.requests) ?? amountTaint('limits', action.limits);
    case 'setImage':
      return imagesOf(kase, action.container).has(action.image) ? undefined : 'image stood neither in Git for this container nor, of a repository that did, in a healthy ReplicaSet of the target';
    case 'setReplicas':
      return undefined;
    case 'setHost':
      return findHostTaint(action, object, kase);
    case 'restoreField':
      if (action.source !== undefined) return isFoundPlace(action, kase) ? undefined : 'source is no place that was found to mend the build';
      if (!gitCommits(kase).has(action.commit)) return 'commit is not in the history of any field of the target';
      return pathKnown(action.path, object, kase) ? undefined : 'path is no field of the target, now or in its history';
  }
}

/** A file is only ever named by what was found in Git. */
function isFoundPlace({ source, path, commit, object }: Extract<Action, { readonly action: 'restoreField' }>, { build }: Origin): boolean {
  return object === undefined && build?.restores.some((one) => one.closed === undefined && canonicalJson([one.file, one.document ?? null, one.path, one.commit]) === canonicalJson([source?.file ?? '', source?.document ?? null, path, commit])) === true;
}

function amountTaint(list: string, amounts: Readonly<Record<string, string | undefined>> | undefined): string | undefined {
  for (const [name, amount] of Object.entries(amounts ?? {})) if (amount !== undefined && (readQuantity(amount) ?? 0n) <= 0n) return `${list}.${name} is no positive quantity`;
  return undefined;
}

const INHERITED = ['__proto__', 'constructor', 'prototype'];

function pathKnown(path: readonly string[], object: KubeObject, { history, changes, target }: Origin): boolean {
  if (path.some((segment) => INHERITED.includes(segment))) return false;
  if (valueAt(object, [...path]) !== undefined) return true;
  const same = (other: readonly string[]) => other.length === path.length && other.every((segment, index) => segment === path[index]);
  return (object === target && history.some((field) => same(field.path))) || changes.some((change) => isObject(object, change.object) && change.path.length > 0 && same(change.path));
}

/**
 * What Git ever gave the container, and what runs well of a repository that Git gave it: which one that is, no agent may say. Where Git
 * cannot be read nothing will be edited either, and whoever gets the case may know what ran.
 */
function imagesOf(kase: Origin, container: string): ReadonlySet<string> {
  const ours = kase.history.filter(({ path }) => path.at(-1) === 'image' && path.includes(`[name=${container}]`)).flatMap(({ values }) => values.map(({ value }) => String(value)));
  const repositories = new Set(ours.map(imageRepository));
  return new Set([...ours, ...healthyImages(kase, container).filter((image) => ours.length === 0 || repositories.has(imageRepository(image)))]);
}
