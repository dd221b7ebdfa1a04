import { isObject, type Json } from '../json.ts';

/**
 * A set of field paths, as `metadata.managedFields` records who set what. Keys of children are the path elements of `fieldsV1`:
 * `f:name` a field, `k:{"name":"app"}` a list item by its keys, `v:"x"` an item of a set.
 */
export interface FieldSet {
  /** The path up to here is itself in the set. */
  readonly member: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

export const EMPTY: FieldSet = { member: false, children: new Map() };
export const LEAF: FieldSet = { member: true, children: new Map() };

export function isEmptySet(set: FieldSet): boolean {
  return !set.member && set.children.size === 0;
}

export function makeSet(member: boolean, children: ReadonlyMap<string, FieldSet>): FieldSet {
  return children.size === 0 ? (member ? LEAF : EMPTY) : { member, children };
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmptySet(b)) return a;
  if (isEmptySet(a)) return b;
  let children: Map<string, FieldSet> | undefined;
  for (const [key, child] of b.children) {
    const mine = a.children.get(key);
    const both = mine ? union(mine, child) : child;
    if (both !== mine) (children ??= new Map(a.children)).set(key, both);
  }
  if (!children && (a.member || !b.member)) return a;
  return makeSet(a.member || b.member, children ?? a.children);
}

export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(b)) return a;
  const children = new Map<string, FieldSet>();
  let changed = a.member && b.member;
  for (const [key, child] of a.children) {
    const other = b.children.get(key);
    const rest = other ? difference(child, other) : child;
    if (rest !== child) changed = true;
    if (!isEmptySet(rest)) children.set(key, rest);
  }
  return changed ? makeSet(a.member && !b.member, children) : a;
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [key, child] of a.children) {
    const other = b.children.get(key);
    const both = other ? intersection(child, other) : EMPTY;
    if (!isEmptySet(both)) children.set(key, both);
  }
  return makeSet(a.member && b.member, children);
}

export function equalSets(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  if (a.member !== b.member || a.children.size !== b.children.size) return false;
  for (const [key, child] of a.children) {
    const other = b.children.get(key);
    if (!other || !equalSets(child, other)) return false;
  }
  return true;
}

/** The `fieldsV1` JSON. */
export function renderSet(set: FieldSet): Json {
  const json: Json = {};
  if (set.member && set.children.size > 0) json['.'] = {};
  for (const key of [...set.children.keys()].sort()) json[key] = renderSet(set.children.get(key) ?? EMPTY);
  return json;
}

const parsed = Symbol('parsed');

/** Reads `fieldsV1`. */
export function parseSet(json: unknown): FieldSet {
  if (!isObject(json)) return EMPTY;
  const known = (json as { readonly [parsed]?: FieldSet })[parsed];
  if (known) return known;
  const { children } = parseNode(json);
  const set = makeSet(false, children);
  rememberSet(json, set);
  return set;
}

/** Keeps the parsed form with its JSON, which is never changed once made; symbols are invisible to JSON and to `Object.keys`. */
export function rememberSet(json: Json, set: FieldSet): Json {
  Object.defineProperty(json, parsed, { value: set, enumerable: false });
  return json;
}

function parseNode(json: Json): FieldSet {
  const keys = Object.keys(json);
  if (keys.length === 0) return LEAF;
  const children = new Map<string, FieldSet>();
  for (const key of keys) if (key !== '.') children.set(key, parseNode(json[key] as Json));
  return makeSet('.' in json, children);
}

/** Every member as the text of conflict messages: `.spec.containers[name="app"].image`. */
export function renderPaths(set: FieldSet, prefix = ''): readonly string[] {
  const own = set.member ? [prefix] : [];
  return [...own, ...[...set.children.keys()].sort().flatMap((key) => renderPaths(set.children.get(key) ?? EMPTY, prefix + renderElement(key)))];
}

function renderElement(key: string): string {
  if (key.startsWith('f:')) return `.${key.slice(2)}`;
  if (key.startsWith('v:')) return `[=${key.slice(2)}]`;
  const keys = JSON.parse(key.slice(2)) as Json;
  return `[${Object.entries(keys).map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
}
