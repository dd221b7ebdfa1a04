import { isObject, type Json } from '../json.ts';
import type { TypeNode } from '../schema.ts';
import { itemKey, memberType } from './compare.ts';
import type { FieldSet } from './field-set.ts';

/** The live object with the applied configuration laid over it, along its type. */
export function mergeApplied(live: unknown, applied: unknown, type: TypeNode): unknown {
  if (applied === undefined) return live;
  if (Array.isArray(applied)) return type.listType === 'atomic' || !Array.isArray(live) ? applied : mergeItems(live, applied, type);
  if (!isObject(applied) || !isObject(live) || type.atomicMap) return applied;
  const result: Json = { ...live };
  for (const [key, value] of Object.entries(applied)) result[key] = mergeApplied(live[key], value, memberType(type, key));
  return result;
}

/** Applied items in their order; items that only the live list has stay where they stood. */
function mergeItems(live: readonly unknown[], applied: readonly unknown[], type: TypeNode): unknown[] {
  const items = type.items();
  const wanted = new Map(applied.map((item) => [itemKey(item, type), item]));
  const known = new Map(live.map((item) => [itemKey(item, type), item]));
  const pending = [...wanted.keys()];
  const result: unknown[] = [];
  const emit = (key: string) => result.push(items && known.has(key) ? mergeApplied(known.get(key), wanted.get(key), items) : wanted.get(key));
  for (const [key, item] of known) {
    if (!wanted.has(key)) result.push(item);
    else while (pending.includes(key)) emit(pending.shift() ?? key);
  }
  for (const key of pending) emit(key);
  return result;
}

/** Takes away what the manager stated last time (`last`), unless it or somebody else (`kept`) still states it. */
export function pruneApplied(value: unknown, last: FieldSet, kept: FieldSet, type: TypeNode): unknown {
  if (Array.isArray(value)) {
    if (type.listType === 'atomic') return value;
    const items = type.items();
    return value.flatMap((item) => {
      const key = itemKey(item, type);
      const mine = last.children.get(key);
      const rest = kept.children.get(key);
      if (!mine) return [item];
      if (!rest) return [];
      return [items ? pruneApplied(item, mine, rest, items) : item];
    });
  }
  if (!isObject(value) || type.atomicMap) return value;
  const result: Json = {};
  for (const [name, member] of Object.entries(value)) {
    const mine = last.children.get(`f:${name}`);
    const rest = kept.children.get(`f:${name}`);
    if (!mine) result[name] = member;
    else if (rest) result[name] = pruneApplied(member, mine, rest, memberType(type, name));
  }
  return result;
}
