import { canonicalJson, readQuantity } from '@fleetmend/kernel';
import type { Action, KubeObject, ObjectRef } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { podSpecPath, valueAt } from './workload.ts';

/** Changes this close together count as one push. */
const TOGETHER = 24 * 3_600_000;

/**
 * What the last commits changed in the application and what still stands so at the head, newest first, each place once.
 * A change that was taken back, or that the cluster does not have yet, explains nothing.
 */
export function changesInEffect(kase: Case): readonly GitChange[] {
  return changesAtHead(kase).filter((change) => isLive(kase, change));
}

/** The same, whether or not the cluster has taken them up: what an engine cannot apply stands in Git alone. */
export function changesAtHead(kase: Case): readonly GitChange[] {
  const seen = new Set<string>();
  return joinLists(kase, kase.changes).filter((change) => {
    const place = `${keyOf(change.object)}\u0000${change.path.join('\u0000')}`;
    if (seen.has(place)) return false;
    seen.add(place);
    return stands(kase, change);
  });
}

/** Every change of the case, those of one place that came before its newest included; words of one command line that moved are one. */
export function allChanges(kase: Case): readonly GitChange[] {
  return joinLists(kase, kase.changes);
}

function stands(kase: Case, { object, path, before, after }: GitChange): boolean {
  const head = kase.versions[0]?.objects.find((one) => isSameObject(one, object));
  if (path.length === 0) return (head === undefined) === (after === undefined);
  return head !== undefined && !same(valueAt(head, path), before) && hasItemsOf(head, path);
}

/** An item that got another name since is not there to be changed inside; that it got it is a change of its own. */
function hasItemsOf(head: KubeObject, path: readonly string[]): boolean {
  return path.slice(0, -1).every((segment, depth) => !segment.startsWith('[') || valueAt(head, path.slice(0, depth + 1)) !== undefined);
}

function isLive(kase: Case, { object, path, after }: GitChange): boolean {
  if (path.length === 0 || !isTarget(kase, object) || typeof after === 'object') return true;
  // A default of the API may fill what Git leaves out, so only a scalar that differs shows that the cluster is behind.
  const live = valueAt(kase.target, path);
  return after === undefined || live === undefined || sameScalar(live, after);
}

/** The API server writes amounts in a form of its own: `2` for 2000m, and a text where YAML has a number. */
function sameScalar(a: unknown, b: unknown): boolean {
  if (String(a) === String(b)) return true;
  const [left, right] = [a, b].map((value) => (typeof value === 'string' || typeof value === 'number' ? readQuantity(value) : undefined));
  return left !== undefined && left === right;
}

/**
 * Two or more words of one command line that changed in one commit are one change of the whole line: its places moved. So are sources of
 * variables, of which the last one has the last word.
 */
function joinLists(kase: Case, changes: readonly GitChange[]): readonly GitChange[] {
  const lineOf = ({ object, path, commit }: GitChange) => {
    const at = path.findIndex((segment, index) => (segment === 'args' || segment === 'command' || segment === 'envFrom') && /^\d+$/.test(path[index + 1] ?? ''));
    return at < 0 ? undefined : { key: `${commit}\u0000${keyOf(object)}\u0000${path.slice(0, at + 1).join('\u0000')}`, path: path.slice(0, at + 1) };
  };
  const counts = new Map<string, number>();
  for (const change of changes) {
    const line = lineOf(change);
    // A word that came or went moved all those behind it.
    if (line) counts.set(line.key, (counts.get(line.key) ?? 0) + (change.before === undefined || change.after === undefined ? 2 : 1));
  }
  const done = new Set<string>();
  return changes.flatMap((change) => {
    const line = lineOf(change);
    if (!line || (counts.get(line.key) ?? 0) < 2) return [change];
    if (done.has(line.key)) return [];
    done.add(line.key);
    return [{ ...change, path: [...line.path], before: valueIn(kase, change.beforeCommit, change.object, line.path), after: valueIn(kase, change.commit, change.object, line.path) }];
  });
}

/** The value of a field at one of the case's commits. */
export function valueIn(kase: Case, commit: string, object: ObjectRef, path: readonly string[]): unknown {
  const rendered = kase.versions.find((version) => version.commit === commit)?.objects.find((one) => isSameObject(one, object));
  return rendered && valueAt(rendered, path);
}

/** The changes that came with the newest of these. */
export function together(changes: readonly GitChange[]): readonly GitChange[] {
  const newest = Math.max(...changes.map(({ at }) => at));
  return changes.filter(({ at }) => newest - at < TOGETHER);
}

export function isTarget(kase: Case, object: ObjectRef): boolean {
  const { kind, metadata } = kase.target;
  return object.kind === kind && object.name === metadata.name && (object.namespace === undefined || object.namespace === metadata.namespace);
}

/** A manifest may leave its namespace to whoever applies it. */
export function isSameObject(one: KubeObject, { kind, name, namespace }: ObjectRef): boolean {
  return one.kind === kind && one.metadata.name === name && (one.metadata.namespace === undefined || namespace === undefined || one.metadata.namespace === namespace);
}

/** The part of a change's path below that container of the target; undefined: it is about something else. */
export function insideContainer(kase: Case, { object, path }: GitChange, container: string): readonly string[] | undefined {
  const pod = podSpecPath(kase.target);
  if (!isTarget(kase, object) || path.length < pod.length + 2 || !pod.every((segment, index) => path[index] === segment)) return undefined;
  const [list, item, ...rest] = path.slice(pod.length);
  return (list === 'containers' || list === 'initContainers') && item === `[name=${container}]` ? rest : undefined;
}

/** The part of a change's path below the pod spec of the target. */
export function insidePod(kase: Case, { object, path }: GitChange): readonly string[] | undefined {
  const pod = podSpecPath(kase.target);
  return isTarget(kase, object) && path.length > pod.length && pod.every((segment, index) => path[index] === segment) ? path.slice(pod.length) : undefined;
}

/** Puts the place of a change back to what it was. */
export function restore(kase: Case, change: GitChange): Action {
  return { action: 'restoreField', ...(isTarget(kase, change.object) ? {} : { object: inNamespace(kase, change.object) }), path: [...change.path], commit: change.beforeCommit };
}

/** An object of the application under the name that the cluster knows it by. */
export function inNamespace(kase: Case, object: ObjectRef): ObjectRef {
  const namespace = object.namespace ?? kase.target.metadata.namespace;
  return { ...object, ...(namespace === undefined ? {} : { namespace }) };
}

/** `commit 1a2b3c4 ("trim memory")`, for a cause. */
export function commitWords({ commit, message }: Pick<GitChange, 'commit' | 'message'>): string {
  return `commit ${commit.slice(0, 7)}${message === '' ? '' : ` ("${message.slice(0, 60)}")`}`;
}

/** `env/DB_HOST/value` of a path: its last segments, without the marks of list items. */
export function placeWords(path: readonly string[], most = 4): string {
  return path.slice(-most).map((segment) => /^\[[^=\]]+=(.*)\]$/.exec(segment)?.[1] ?? segment).join('/');
}

function keyOf({ kind, name, namespace = '' }: ObjectRef): string {
  return `${kind}/${namespace}/${name}`;
}

function same(a: unknown, b: unknown): boolean {
  return a === undefined || b === undefined ? a === b : canonicalJson(a) === canonicalJson(b);
}
