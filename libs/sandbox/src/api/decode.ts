import { canonicalQuantity, quantityError } from './canonical-quantity.ts';
import { isObject, type Json } from './json.ts';
import { badRequest } from './refusals.ts';
import type { TypeNode } from './schema.ts';

export interface Decoded {
  readonly object: Json;
  /** `unknown field "spec.foo"`, in the order they were met. */
  readonly unknown: readonly string[];
}

export interface DecodeOptions {
  /** Leaves quantities as they were written, for server-side apply, which compares them before they become canonical. */
  readonly keepQuantities?: boolean;
  /** Takes parts that were read before as they are. Only for who changes nothing in what it gets: they are parts of stored objects. */
  readonly reuse?: boolean;
}

interface Walk {
  readonly reuse: boolean;
  readonly keepQuantities: boolean;
  readonly unknown: string[];
  readonly what: string;
}

/**
 * Reads an object of a built-in kind as the real server's decoder does: unknown fields are dropped and named, nulls and empty
 * maps and lists of optional fields vanish, quantities take their canonical form, a value of a wrong type is refused.
 *
 * @param what `Deployment in version "v1" cannot be handled as a Deployment`
 * @throws StatusError 400
 */
export function decode(input: Json, type: TypeNode, what: string, { keepQuantities = false, reuse = false }: DecodeOptions = {}): Decoded {
  const walk: Walk = { unknown: [], what, keepQuantities, reuse };
  const object = readFields(input, type, '', walk);
  return { object, unknown: walk.unknown };
}

/** What was read before as the same type need not be read again: controllers hand back most of an object as they got it. */
const alreadyRead = new WeakMap<object, TypeNode>();

/** Times that are no pointers in Go: JSON shows them as null where they were never set. */
const ZERO_TIMES: ReadonlySet<string> = new Set(['lastProbeTime']);

function readFields(input: Json, type: TypeNode, path: string, walk: Walk): Json {
  const fields = type.fields();
  const result: Json = {};
  for (const key of Object.keys(input)) {
    const field = fields.get(key);
    const value = input[key];
    if (!field) {
      if (type.keepsUnknown) result[key] = value;
      else walk.unknown.push(`unknown field "${join(path, key)}"`);
      continue;
    }
    if (value === null && ZERO_TIMES.has(key)) result[key] = null;
    if (value === null || value === undefined) continue;
    const read = readValue(value, field, join(path, key), walk, type.goName ?? 'Object');
    if (isEmpty(read, field) && !type.required.includes(key)) continue;
    result[key] = read;
  }
  if (!walk.keepQuantities) alreadyRead.set(result, type);
  return result;
}

function readValue(value: unknown, type: TypeNode, path: string, walk: Walk, parent: string): unknown {
  if (walk.reuse && typeof value === 'object' && value !== null && alreadyRead.get(value) === type) return value;
  switch (type.type) {
    case 'object':
      if (!isObject(value)) throw wrongType(value, type.goName ?? 'object', path, walk, parent);
      return readFields(value, type, path, walk);
    case 'map':
      if (!isObject(value)) throw wrongType(value, `map[string]${type.values()?.type ?? 'string'}`, path, walk, parent);
      return readMap(value, type.values(), path, walk, parent);
    case 'array':
      if (!Array.isArray(value)) throw wrongType(value, `[]${type.items()?.goName ?? type.items()?.type ?? 'string'}`, path, walk, parent);
      return readList(value, type.items(), path, walk, parent);
    default:
      return readScalar(value, type, path, walk, parent);
  }
}

function readMap(value: Json, values: TypeNode | undefined, path: string, walk: Walk, parent: string): Json {
  const result: Json = {};
  for (const key of Object.keys(value)) {
    const item = value[key];
    if (values === undefined) result[key] = item;
    else result[key] = item === null ? zeroOf(values) : readMapValue(item, values, { path, key, walk, parent });
  }
  return result;
}

/** Scalars of a map are named by the map in messages, as Go does; anything deeper by its full path. */
function readMapValue(item: unknown, values: TypeNode, { path, key, walk, parent }: { readonly path: string; readonly key: string; readonly walk: Walk; readonly parent: string }): unknown {
  const isDeep = values.type === 'object' || values.type === 'map' || values.type === 'array';
  return readValue(item, values, isDeep ? join(path, key) : path, walk, parent);
}

function readList(value: readonly unknown[], items: TypeNode | undefined, path: string, walk: Walk, parent: string): unknown[] {
  if (items === undefined) return [...value];
  return value.map((item, index) => (item === null ? zeroOf(items) : readValue(item, items, `${path}[${index}]`, walk, parent)));
}

function readScalar(value: unknown, type: TypeNode, path: string, walk: Walk, parent: string): unknown {
  switch (type.type) {
    case 'string':
    case 'bytes':
    case 'time':
      if (typeof value !== 'string') throw wrongType(value, 'string', path, walk, parent);
      return value;
    case 'integer':
      if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(value, 'int32', path, walk, parent);
      return value;
    case 'number':
      if (typeof value !== 'number') throw wrongType(value, 'float64', path, walk, parent);
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') throw wrongType(value, 'bool', path, walk, parent);
      return value;
    case 'quantity':
      return readQuantityText(value, walk);
    default:
      return value;
  }
}

function readQuantityText(value: unknown, walk: Walk): string {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : JSON.stringify(value);
  const why = quantityError(text);
  if (why) throw badRequest(`${walk.what}: ${why}`);
  return walk.keepQuantities ? text : canonicalQuantity(text);
}

function wrongType(value: unknown, wanted: string, path: string, walk: Walk, parent: string): Error {
  const found = Array.isArray(value) ? 'array' : isObject(value) ? 'object' : typeof value === 'number' ? (Number.isInteger(value) ? 'number' : `number ${value}`) : typeof value === 'boolean' ? 'bool' : typeof value;
  const plain = path.replace(/\[\d+\]/g, '');
  return badRequest(`${walk.what}: json: cannot unmarshal ${found} into Go struct field ${parent}.${plain} of type ${wanted}`);
}

function isEmpty(value: unknown, type: TypeNode): boolean {
  if (type.type === 'array') return Array.isArray(value) && value.length === 0;
  return type.type === 'map' && isObject(value) && Object.keys(value).length === 0;
}

function zeroOf(type: TypeNode): unknown {
  if (type.type === 'object' || type.type === 'map') return {};
  return type.type === 'array' ? [] : type.type === 'integer' || type.type === 'number' ? 0 : type.type === 'boolean' ? false : '';
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
