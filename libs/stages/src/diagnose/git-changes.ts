import { canonicalJson } from '@fleetmend/kernel';
import { refOf, sameRef, type KubeObject } from '@fleetmend/model';
import type { GitChange, GitVersion } from '@fleetmend/plugin-api';

type Difference = Pick<GitChange, 'path' | 'before' | 'after'>;

/** What each version changed against the one before it, newest first. */
export function changesBetween(versions: readonly GitVersion[]): readonly GitChange[] {
  return versions.flatMap((version, index) => {
    const earlier = versions[index + 1];
    return earlier === undefined ? [] : changesOf(version, earlier);
  });
}

function changesOf({ commit, message, at, objects }: GitVersion, earlier: GitVersion): readonly GitChange[] {
  const made = (object: KubeObject, { path, before, after }: Difference): GitChange => ({ object: refOf(object), path, before, after, beforeCommit: earlier.commit, commit, message, at });
  const changed = objects.flatMap((object) => {
    const before = earlier.objects.find((one) => sameRef(refOf(one), refOf(object)));
    if (before === undefined) return [made(object, { path: [], before: undefined, after: object })];
    return differences(before, object, []).map((difference) => made(object, difference));
  });
  const gone = earlier.objects.filter((one) => !objects.some((object) => sameRef(refOf(one), refOf(object))));
  return [...changed, ...gone.map((object) => made(object, { path: [], before: object, after: undefined }))];
}

/** Every place where two values differ, as deep as both have something: what came or went as a whole is one difference. */
export function differences(before: unknown, after: unknown, path: readonly string[]): readonly Difference[] {
  if (before !== undefined && after !== undefined && canonicalJson(before) === canonicalJson(after)) return [];
  const [was, is] = [childrenOf(before), childrenOf(after)];
  if (was === undefined || is === undefined || was.list !== is.list) return [{ path: [...path], before, after }];
  if (was.list === 'named') return namedDifferences(was.items, is.items, path);
  const keys = [...new Set([...was.items.keys(), ...is.items.keys()])];
  return keys.flatMap((key) => {
    const [old, now] = [was.items.get(key), is.items.get(key)];
    return old === undefined && now === undefined ? [] : differences(old, now, [...path, key]);
  });
}

/** Items go by their names; one that got another name in the same place is the same item, renamed. */
function namedDifferences(was: ReadonlyMap<string, unknown>, is: ReadonlyMap<string, unknown>, path: readonly string[]): readonly Difference[] {
  const [old, now] = [[...was.keys()], [...is.keys()]];
  const renamed = new Map(old.flatMap((key, place): [string, string][] => {
    const other = now[place];
    return other === undefined || other === key || is.has(key) || was.has(other) ? [] : [[key, other]];
  }));
  const taken = new Set(renamed.values());
  return [...old, ...now.filter((key) => !was.has(key) && !taken.has(key))].flatMap((key) => {
    const other = renamed.get(key);
    return other === undefined ? differences(was.get(key), is.get(key), [...path, key]) : differences(was.get(key), is.get(other), [...path, String(old.indexOf(key))]);
  });
}

/** Every value that is neither map nor list, by its place; items of lists are named as in `differences`. */
export function leavesOf(value: unknown, path: readonly string[]): readonly Leaf[] {
  const children = childrenOf(value);
  if (children === undefined || children.items.size === 0) return value === undefined ? [] : [{ path, value }];
  return [...children.items].flatMap(([key, child]) => leavesOf(child, [...path, key]));
}

export interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

interface Children {
  readonly list: 'no' | 'named' | 'placed';
  readonly items: ReadonlyMap<string, unknown>;
}

/** Items of a list by their name where all have one, else by their place; so are those that share a name. */
function childrenOf(value: unknown): Children | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  if (!Array.isArray(value)) return { list: 'no', items: new Map(Object.entries(value)) };
  const names = value.map((item: unknown) => (item !== null && typeof item === 'object' ? (item as { name?: unknown }).name : undefined));
  const named = value.length > 0 && names.every((name) => typeof name === 'string');
  const isOnly = (name: unknown) => names.indexOf(name) === names.lastIndexOf(name);
  return { list: named ? 'named' : 'placed', items: new Map(value.map((item: unknown, index) => [named && isOnly(names[index]) ? `[name=${String(names[index])}]` : String(index), item])) };
}
