import { readQuantity } from '@fleetmend/kernel';
import { valueAt } from '@fleetmend/manifest';
import { Action, type DroppedAction } from '@fleetmend/model';
import type { Reasoning } from '@fleetmend/plugin-api';
import { CATALOGUE_CONSTANTS, clusterNames, containersIn, gitCommits, gitValues, healthyImages, type Origin } from './known-values.ts';

/** A number with a unit or a percent sign: how far it may go is for policy to say. */
const NUMBER = /^\d{1,18}(?:\.\d{1,9})?(?:%|ms|s|m|h|[numkMGTPE]|[KMGTPE]i)?$/;

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
  const parts: Readonly<Record<string, unknown>> = action;
  const named = typeof parts['container'] === 'string' ? parts['container'] : undefined;
  if (named !== undefined && !containersIn(kase.target).some((one) => one['name'] === named)) return 'container is not one of the target';
  const names = clusterNames(kase);
  const inGit = gitValues(kase);
  const commits = gitCommits(kase);
  for (const [path, value] of leavesOf(action, [])) {
    if (path[0] === 'action' || path[0] === 'container') continue;
    const field = path.join('.').slice(0, 128);
    // Keys of a free map, as of a node selector, are values like any other.
    const strange = path.find((key) => !CATALOGUE_CONSTANTS.has(key) && !/^\d+$/.test(key) && !names.has(key) && !inGit.has(key));
    if (strange !== undefined) return `a key below ${path[0] ?? ''} is no name that exists`;
    if (typeof value !== 'string') {
      if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) continue;
      return `${field} is no scalar`;
    }
    if (path[0] === 'path' && Array.isArray(parts['path'])) continue;
    if (path[0] === 'commit') {
      if (!commits.has(value)) return 'commit is not in the history of any field of the target';
    } else if (path.at(-1) === 'image') {
      if (!imagesOf(kase, named).has(value)) return `${field} stood neither in Git for this container nor in a healthy ReplicaSet of the target`;
    } else if (path[0] === 'requests' || path[0] === 'limits') {
      if ((readQuantity(value) ?? 0n) <= 0n) return `${field} is no positive quantity`;
    } else if (!CATALOGUE_CONSTANTS.has(value) && !NUMBER.test(value) && !names.has(value) && !inGit.has(value)) {
      return `${field} is no constant, no number, no value from Git's history and no name that exists`;
    }
  }
  return Array.isArray(parts['path']) && !pathKnown(parts['path'] as string[], kase) ? 'path is no field of the target, now or in its history' : undefined;
}

const INHERITED = ['__proto__', 'constructor', 'prototype'];

function pathKnown(path: readonly string[], { target, history }: Origin): boolean {
  if (path.some((segment) => INHERITED.includes(segment))) return false;
  return history.some((field) => field.path.length === path.length && field.path.every((segment, index) => segment === path[index])) || valueAt(target, [...path]) !== undefined;
}

function imagesOf(kase: Origin, container: string | undefined): ReadonlySet<string> {
  const ours = kase.history.filter(({ path }) => path.at(-1) === 'image' && (container === undefined || path.includes(`[name=${container}]`)));
  return new Set([...ours.flatMap(({ values }) => values.map(({ value }) => String(value))), ...(container === undefined ? [] : healthyImages(kase, container))]);
}

function leavesOf(value: unknown, path: readonly string[]): readonly (readonly [readonly string[], unknown])[] {
  if (value === undefined) return [];
  if (value === null || typeof value !== 'object') return [[path, value]];
  return Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]));
}
