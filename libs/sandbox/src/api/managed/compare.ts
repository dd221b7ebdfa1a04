import { equalJson, isObject, type Json } from '../json.ts';
import type { TypeNode } from '../schema.ts';
import { EMPTY, type FieldSet, isEmptySet, LEAF, makeSet } from './field-set.ts';

/** Which paths differ between two states. */
export interface Comparison {
  /** Added or modified. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

const SAME: Comparison = { changed: EMPTY, removed: EMPTY };

/**
 * Compares two states along their type: atomic values are one leaf, items of associative lists are told apart by their keys.
 * (Rules: structured-merge-diff, `typed.Compare`.) `undefined` is absent.
 */
export function compare(before: unknown, after: unknown, type: TypeNode): Comparison {
  if (before === after || (before === undefined && after === undefined)) return SAME;
  const children = childrenOf(before, after, type);
  if (!children) return compareLeaf(before, after);
  const changed = new Map<string, FieldSet>();
  const removed = new Map<string, FieldSet>();
  for (const [key, child] of children) {
    const result = compare(child.before, child.after, child.type);
    if (!isEmptySet(result.changed)) changed.set(key, result.changed);
    if (!isEmptySet(result.removed)) removed.set(key, result.removed);
  }
  return { changed: makeSet(before === undefined, changed), removed: makeSet(after === undefined, removed) };
}

/** The paths that an applied configuration states. (Rules: `typed.ToFieldSet`; only leaves and list items are members.) */
export function toFieldSet(value: unknown, type: TypeNode, isItem = false): FieldSet {
  const children = childrenOf(undefined, value, type);
  if (!children) return LEAF;
  const sets = new Map<string, FieldSet>();
  for (const [key, child] of children) sets.set(key, toFieldSet(child.after, child.type, !key.startsWith('f:')));
  return makeSet(isItem, sets);
}

function compareLeaf(before: unknown, after: unknown): Comparison {
  if (before === undefined) return { changed: LEAF, removed: EMPTY };
  if (after === undefined) return { changed: EMPTY, removed: LEAF };
  return equalJson(before, after) ? SAME : { changed: LEAF, removed: EMPTY };
}

interface Child {
  readonly before: unknown;
  readonly after: unknown;
  readonly type: TypeNode;
}

/** The members to descend into; `undefined` for a leaf (scalar, atomic, or empty on both sides). */
function childrenOf(before: unknown, after: unknown, type: TypeNode): ReadonlyMap<string, Child> | undefined {
  if (Array.isArray(before) || Array.isArray(after)) return itemsOf(before, after, type);
  if (!isObject(before) && !isObject(after)) return undefined;
  if (type.atomicMap || (isBlank(before) && isBlank(after))) return undefined;
  const left = isObject(before) ? before : {};
  const right = isObject(after) ? after : {};
  const children = new Map<string, Child>();
  for (const key of Object.keys(right)) children.set(`f:${key}`, { before: left[key], after: right[key], type: memberType(type, key) });
  for (const key of Object.keys(left)) if (!(key in right)) children.set(`f:${key}`, { before: left[key], after: undefined, type: memberType(type, key) });
  return children;
}

function itemsOf(before: unknown, after: unknown, type: TypeNode): ReadonlyMap<string, Child> | undefined {
  if (type.listType === 'atomic' || (isBlank(before) && isBlank(after))) return undefined;
  const left = indexed(before, type);
  const right = indexed(after, type);
  const items = type.items();
  if (!items) return undefined;
  const children = new Map<string, Child>();
  for (const [key, item] of right) children.set(key, { before: left.get(key), after: item, type: items });
  for (const [key, item] of left) if (!right.has(key)) children.set(key, { before: item, after: undefined, type: items });
  return children;
}

function indexed(list: unknown, type: TypeNode): ReadonlyMap<string, unknown> {
  const index = new Map<string, unknown>();
  if (Array.isArray(list)) for (const item of list) index.set(itemKey(item, type), item);
  return index;
}

/** `k:{"containerPort":80,"protocol":"TCP"}` or `v:"x"`; absent keys take their type's default. */
export function itemKey(item: unknown, type: TypeNode): string {
  if (type.listType === 'set') return `v:${JSON.stringify(item)}`;
  const keys: Json = {};
  const fields = type.items()?.fields();
  for (const name of [...type.listKeys].sort()) {
    const value = isObject(item) ? (item[name] ?? fields?.get(name)?.default) : undefined;
    if (value !== undefined) keys[name] = value;
  }
  return `k:${JSON.stringify(keys)}`;
}

export function memberType(type: TypeNode, key: string): TypeNode {
  return type.fields().get(key) ?? type.values() ?? DEDUCED;
}

function isBlank(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

/** What no schema describes: maps are granular, lists are atomic. */
const DEDUCED: TypeNode = {
  type: 'any', required: [], fields: () => new Map(), values: () => DEDUCED, items: () => undefined,
  listType: 'atomic', listKeys: [], atomicMap: false, keepsUnknown: true, mergeKey: undefined, patchStrategy: [], default: undefined,
};
