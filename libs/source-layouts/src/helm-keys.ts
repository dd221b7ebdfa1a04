import { canonicalJson } from '@fleetmend/kernel';
import { valueAt } from '@fleetmend/manifest';
import type { FieldChange, JsonValue, KubeObject } from '@fleetmend/model';

/** A value of the chart that may be what a rendered field is made of, and what it would have to become. */
export interface KeyCandidate {
  readonly key: readonly string[];
  readonly value: JsonValue | undefined;
}

const MOST = 40;

/**
 * The values that a field may come from, the likeliest first: those that are equal to it, or to something that holds it; those of which
 * it is put together; those that are called like it. Whether one is right, rendering tells.
 */
export function keysFor(values: unknown, object: KubeObject, { path, value }: FieldChange): readonly KeyCandidate[] {
  const nodes = nodesOf(values, []);
  const found = [...holding(nodes, object, { path, value }), ...partsOf(nodes, valueAt(object, path), value), ...called(nodes, { path, value })];
  const seen = new Set<string>();
  return found.filter(({ key }) => key.length > 0 && !seen.has(key.join('\u0000')) && seen.add(key.join('\u0000'))).map((one) => ({ ...one, value: likeBefore(valueAt(values, [...one.key]), one.value) })).slice(0, MOST);
}

interface Node {
  readonly key: readonly string[];
  readonly value: unknown;
}

function nodesOf(value: unknown, key: readonly string[]): readonly Node[] {
  const below = value !== null && typeof value === 'object' ? Object.entries(value).flatMap(([name, item]) => nodesOf(item, [...key, name])) : [];
  return [{ key, value }, ...below];
}

/** Nodes equal to the field, or to a map or list around it: what `toYaml` copies is found with what lies inside. */
function holding(nodes: readonly Node[], object: KubeObject, { path, value }: FieldChange): readonly KeyCandidate[] {
  const found: KeyCandidate[] = [];
  for (let depth = path.length; depth >= 2; depth -= 1) {
    const rendered = valueAt(object, path.slice(0, depth));
    if (rendered === undefined || isEmpty(rendered)) continue;
    for (const node of nodes) if (node.key.length > 0 && equal(node.value, rendered)) found.push({ key: [...node.key, ...path.slice(depth)], value });
  }
  return found;
}

/** Texts of which the rendered one is put together, as `repository:tag`. */
function partsOf(nodes: readonly Node[], rendered: unknown, wanted: JsonValue | undefined): readonly KeyCandidate[] {
  if (typeof rendered !== 'string' || typeof wanted !== 'string') return [];
  return nodes.flatMap(({ key, value }) => {
    const part = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    if (part === '' || part === rendered) return [];
    return placesOf(part, rendered).flatMap((at) => {
      const [before, after] = [rendered.slice(0, at), rendered.slice(at + part.length)];
      const fits = wanted.startsWith(before) && wanted.endsWith(after) && wanted.length > before.length + after.length;
      return fits ? [{ key, value: wanted.slice(before.length, wanted.length - after.length) }] : [];
    });
  });
}

/** Everywhere that a text stands in another, the last place first. */
function placesOf(part: string, text: string): readonly number[] {
  const places: number[] = [];
  for (let at = text.lastIndexOf(part); at >= 0; at = at === 0 ? -1 : text.lastIndexOf(part, at - 1)) places.push(at);
  return places;
}

/** Values that have the name of the field, or of a map around it, and nothing in them yet. */
function called(nodes: readonly Node[], { path, value }: FieldChange): readonly KeyCandidate[] {
  const found: KeyCandidate[] = [];
  for (let back = 1; back <= Math.min(4, path.length); back += 1) {
    const name = path[path.length - back];
    if (name === undefined || name.startsWith('[') || /^\d+$/.test(name)) continue;
    const rest = path.slice(path.length - back + 1);
    for (const node of nodes) if (node.key.at(-1)?.toLowerCase() === name.toLowerCase()) found.push({ key: [...node.key, ...rest], value });
  }
  return found;
}

function equal(a: unknown, b: unknown): boolean {
  const [left, right] = [typeof a === 'object', typeof b === 'object'];
  if (!left && !right) return a !== undefined && a !== null && String(a) === String(b);
  return left && right && a !== null && b !== null && canonicalJson(a) === canonicalJson(b);
}

function isEmpty(value: unknown): boolean {
  return value !== null && typeof value === 'object' && Object.keys(value).length === 0;
}

/** A number stays a number and a text a text, as the values file has it: templates quote. */
function likeBefore(before: unknown, value: JsonValue | undefined): JsonValue | undefined {
  if (typeof before === 'number' && typeof value === 'string' && /^-?\d+$/.test(value)) return Number(value);
  if (typeof before === 'string' && typeof value === 'number') return String(value);
  return value;
}
