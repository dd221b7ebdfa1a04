import { equalJson, isObject, type Json } from '../json.ts';
import { goText } from './go-text.ts';
import { badRequest } from '../refusals.ts';
import { ANY, type TypeNode } from '../schema.ts';

const ORDER = '$setElementOrder/';
const DELETE_ITEMS = '$deleteFromPrimitiveList/';

/**
 * Kubernetes' strategic merge patch: maps merge, lists merge by their merge key where the type has one, and the directives
 * `$patch`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…` mean what they mean there.
 * @throws StatusError 400 for an item without its merge key
 */
export function strategicMergePatch(target: Json, patch: Json, type: TypeNode): Json {
  return mergeMap(target, patch, type);
}

function mergeMap(target: Json, patch: Json, type: TypeNode): Json {
  if (patch['$patch'] === 'replace') return withoutDirectives(patch);
  if (patch['$patch'] === 'delete') return {};
  const result: Json = retained(target, patch['$retainKeys']);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue;
    const field = type.fields().get(key) ?? type.values() ?? ANY;
    if (value === null) delete result[key];
    else result[key] = mergeMember(result[key], value, field, key);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETE_ITEMS)) removeItems(result, key.slice(DELETE_ITEMS.length), value);
    if (key.startsWith(ORDER)) reorder(target, result, key.slice(ORDER.length), value, type);
  }
  return result;
}

function mergeMember(current: unknown, value: unknown, type: TypeNode, name: string): unknown {
  if (isObject(value)) {
    if (type.patchStrategy.includes('replace') || !isObject(current)) return mergeMap({}, value, type);
    return mergeMap(current, value, type);
  }
  if (!Array.isArray(value) || !type.patchStrategy.includes('merge')) return value;
  const before: readonly unknown[] = Array.isArray(current) ? current : [];
  if (!type.mergeKey) return [...before, ...value.filter((item) => !before.some((known) => equalJson(known, item)))];
  return mergeList(before, value, type, type.mergeKey, name);
}

function mergeList(before: readonly unknown[], patch: readonly unknown[], type: TypeNode, key: string, name: string): unknown[] {
  const items = type.items() ?? ANY;
  const replaces = patch.some((item) => isObject(item) && item['$patch'] === 'replace');
  const result: unknown[] = replaces ? [] : [...before];
  for (const item of patch) {
    if (!isObject(item)) throw badRequest(`${name}: a list of objects is expected`);
    if (item['$patch'] === 'replace') continue;
    if (item[key] === undefined) throw badRequest(`map: ${goText(item)} does not contain declared merge key: ${key}`);
    const index = result.findIndex((known) => isObject(known) && known[key] === item[key]);
    if (item['$patch'] === 'delete') {
      if (index >= 0) result.splice(index, 1);
    } else if (index < 0) result.push(mergeMap({}, item, items));
    else result[index] = mergeMap(result[index] as Json, item, items);
  }
  return result;
}

function retained(target: Json, keys: unknown): Json {
  if (!Array.isArray(keys)) return { ...target };
  return Object.fromEntries(Object.entries(target).filter(([key]) => keys.includes(key)));
}

function removeItems(result: Json, key: string, items: unknown): void {
  const list = result[key];
  if (Array.isArray(list) && Array.isArray(items)) result[key] = list.filter((item) => !items.some((removed) => equalJson(removed, item)));
}

/** The stated order wins; items that only the server has keep their place relative to what they stood before. */
function reorder(target: Json, result: Json, field: string, order: unknown, type: TypeNode): void {
  const list = result[field];
  if (!Array.isArray(list) || !Array.isArray(order)) return;
  const key = type.fields().get(field)?.mergeKey;
  const identity = (item: unknown): unknown => (key !== undefined && isObject(item) ? item[key] : item);
  const wanted = order.map(identity);
  const place = (places: readonly unknown[], item: unknown) => places.indexOf(identity(item));
  const stated = list.filter((item) => place(wanted, item) >= 0).sort((a, b) => place(wanted, a) - place(wanted, b));
  const server = list.filter((item) => place(wanted, item) < 0);
  const before = (Array.isArray(target[field]) ? (target[field] as unknown[]) : []).map(identity);
  const merged: unknown[] = [];
  while (stated.length > 0 || server.length > 0) {
    const [left] = stated;
    const [right] = server;
    if (server.length === 0) merged.push(stated.shift());
    else if (stated.length === 0) merged.push(server.shift());
    else {
      const leftPlace = place(before, left);
      const rightPlace = place(before, right);
      const leftFirst = leftPlace >= 0 && rightPlace >= 0 && leftPlace < rightPlace;
      merged.push(leftFirst ? stated.shift() : server.shift());
    }
  }
  result[field] = merged;
}

function withoutDirectives(patch: Json): Json {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith('$')));
}
