import { canonicalJson } from '@fleetmend/kernel';
import { refOf, type ObjectRef } from '@fleetmend/model';
import type { GitChange, GitVersion } from '@fleetmend/plugin-api';
import { changesBetween, leavesOf } from './git-changes.ts';

/** One value of one object, by the name of its place. */
interface Value {
  readonly object: ObjectRef;
  readonly path: readonly string[];
  readonly value: unknown;
}

type State = ReadonlyMap<string, Value>;

/**
 * What commits changed, newest first, as if ours had never been needed: to take a repair of our own back would only be to begin anew.
 * Where one of ours put an earlier value back, the changes since that value are gone with it, and those before it are seen again.
 * Where it gave a place its name back and carried over what stood there, that counts as changed since the place was last called so.
 * `merged` are commits of ours that do not say so themselves, as forges make of them when they squash.
 */
export function changesByOthers(versions: readonly GitVersion[], merged: ReadonlySet<string> = new Set()): readonly GitChange[] {
  const changes = changesBetween(versions);
  const isOurs = ({ commit, ours }: GitVersion) => ours === true || merged.has(commit);
  const ours = versions.flatMap((version, index) => (isOurs(version) && versions[index + 1] !== undefined ? [index] : []));
  if (ours.length === 0) return changes;
  const states = versions.map(stateOf);
  const undone = new Set<string>();
  const carried: GitChange[] = [];
  for (const index of ours) {
    for (const [place, now] of placesChanged(states, index)) {
      const since = states.findIndex((state, at) => at > index && isSame(state.get(place)?.value, now?.value));
      const before = states.findIndex((state, at) => at > index && state.has(place));
      if (since > 0) versions.slice(index, since).forEach(({ commit }) => undone.add(`${commit}\u0000${place}`));
      else if (now !== undefined && before > index + 1) carried.push(...carriedOver(now, { versions, states, before, place, isOurs }));
    }
  }
  const ourCommits = new Set(ours.map((index) => versions[index]?.commit));
  const byOthers = changes.filter((change) => !ourCommits.has(change.commit) && !placesOf(change).every((place) => undone.has(`${change.commit}\u0000${place}`)));
  const order = new Map(versions.map(({ commit }, index) => [commit, index]));
  return [...byOthers, ...carried].sort((one, other) => (order.get(one.commit) ?? 0) - (order.get(other.commit) ?? 0));
}

/** With the value after the commit; undefined: it took that away. */
function placesChanged(states: readonly State[], index: number): readonly (readonly [string, Value | undefined])[] {
  const [now, before] = [states[index] ?? new Map(), states[index + 1] ?? new Map()] as readonly [State, State];
  return [...new Set([...now.keys(), ...before.keys()])].flatMap((place) => (isSame(now.get(place)?.value, before.get(place)?.value) ? [] : [[place, now.get(place)] as const]));
}

interface Line {
  readonly versions: readonly GitVersion[];
  readonly states: readonly State[];
  /** The newest state before that had something in the place. */
  readonly before: number;
  readonly place: string;
  readonly isOurs: (version: GitVersion) => boolean;
}

function carriedOver({ object, path, value }: Value, { versions, states, before, place, isOurs }: Line): readonly GitChange[] {
  const [then, by] = [versions[before], versions.slice(0, before).findLast((version) => !isOurs(version))];
  if (then === undefined || by === undefined) return [];
  return [{ object, path: [...path], before: states[before]?.get(place)?.value, after: value, beforeCommit: then.commit, commit: by.commit, message: by.message, at: by.at }];
}

function stateOf({ objects }: GitVersion): State {
  return new Map(objects.flatMap((one) => {
    const object = refOf(one);
    return leavesOf(one, []).map(({ path, value }): [string, Value] => [keyOf(object, path), { object, path, value }]);
  }));
}

/** The places of single values that a change is about; a new name of an item is about two. */
function placesOf({ object, path, before, after }: GitChange): readonly string[] {
  const [item, key] = path.slice(-2);
  if (key === 'name' && /^\d+$/.test(item ?? '')) return [before, after].map((name) => keyOf(object, [...path.slice(0, -2), `[name=${String(name)}]`, key]));
  const [was, is] = [before, after].map((value) => new Map(leavesOf(value, path).map((leaf) => [keyOf(object, leaf.path), leaf.value])));
  return [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])].filter((place) => !isSame(was?.get(place), is?.get(place)));
}

function keyOf({ kind, name, namespace = '' }: ObjectRef, path: readonly string[]): string {
  return [`${kind}/${namespace}/${name}`, ...path].join('\u0000');
}

function isSame(one: unknown, other: unknown): boolean {
  return one === undefined || other === undefined ? one === other : canonicalJson(one) === canonicalJson(other);
}
