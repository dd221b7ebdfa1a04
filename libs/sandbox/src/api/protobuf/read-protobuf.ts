import { messageOf, renderMicroTime, renderTime } from '@fleetmend/kernel';
import { StatusError } from '../../objects.ts';
import { KUBERNETES } from '../../openapi/catalogue.ts';
import tables from '../../openapi/protobuf.json' with { type: 'json' };
import type { Json } from '../json.ts';
import { badRequest } from '../refusals.ts';
import { packedVarints, wireFields, type WireField } from './wire.ts';

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** `k8s` and a zero byte; after it a `runtime.Unknown` with apiVersion, kind and the object's own bytes. */
const MAGIC = [0x6b, 0x38, 0x73, 0x00] as const;
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const REFERENCE = '#/components/schemas/';
const EMPTY = new Uint8Array();

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly type?: string;
  readonly format?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly 'x-kubernetes-group-version-kind'?: readonly { readonly group: string; readonly version: string; readonly kind: string }[];
}

const SCHEMAS = KUBERNETES.schemas as Readonly<Record<string, Schema>>;
const MESSAGES = tables.messages as unknown as Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/**
 * Reads a built-in object in the protobuf form, which kubectl's typed clients send, into the JSON that means the same.
 * Field numbers come from a generated table, types from the OpenAPI document.
 * @throws StatusError 400 (not readable), 415 (not a built-in kind)
 */
export function readProtobuf(body: Uint8Array): Json {
  try {
    if (!MAGIC.every((byte, index) => body[index] === byte)) throw new RangeError('it does not begin with the four bytes of the Kubernetes encoding');
    const unknown = collect(body.subarray(MAGIC.length));
    const type = collect(bytesOf(unknown.get(1)));
    const apiVersion = text(bytesOf(type.get(1)));
    const kind = text(bytesOf(type.get(2)));
    const definition = definitionOf(apiVersion, kind);
    if (!definition) throw unsupported();
    return { apiVersion, kind, ...readMessage(bytesOf(unknown.get(2)), definition, definition) };
  } catch (error) {
    if (error instanceof StatusError) throw error;
    throw badRequest(`error decoding the request body: ${messageOf(error)}`);
  }
}

function unsupported(): StatusError {
  return new StatusError(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml');
}

function definitionOf(apiVersion: string, kind: string): string | undefined {
  if (kind === 'DeleteOptions') return `${META}.${kind}`;
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return Object.keys(SCHEMAS).find((name) => SCHEMAS[name]?.['x-kubernetes-group-version-kind']?.some((gvk) => gvk.group === group && gvk.version === version && gvk.kind === kind) && MESSAGES[name]);
}

function collect(bytes: Uint8Array): Map<number, readonly WireField[]> {
  const fields = new Map<number, readonly WireField[]>();
  for (const field of wireFields(bytes)) fields.set(field.number, [...(fields.get(field.number) ?? []), field]);
  return fields;
}

/** The last one counts, as everywhere in protobuf. */
function bytesOf(fields: readonly WireField[] | undefined): Uint8Array {
  const last = fields?.at(-1);
  return last && last.type !== 'varint' ? last.value : EMPTY;
}

/** `owner` is the definition whose JSON the fields stand in: an inlined message writes into that of its parent. */
function readMessage(bytes: Uint8Array, message: string, owner: string): Json {
  const result: Json = {};
  for (const [number, fields] of collect(bytes)) {
    const [name = '', rule] = MESSAGES[message]?.[number] ?? [];
    if (name === '') {
      if (rule !== undefined) Object.assign(result, readMessage(bytesOf(fields), rule, owner));
      continue;
    }
    const value = readField(fields, SCHEMAS[owner]?.properties?.[name] ?? {});
    if (value === undefined || (rule === 'zero' && isZero(value))) continue;
    result[name] = value;
  }
  return result;
}

/** In Go a text, number or truth that was never set is written as its zero; JSON leaves it out. */
function isZero(value: unknown): boolean {
  return value === '' || value === 0 || value === false;
}

function resolve(schema: Schema): { readonly name: string | undefined; readonly schema: Schema } {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  const name = reference?.startsWith(REFERENCE) ? reference.slice(REFERENCE.length) : undefined;
  return { name, schema: name === undefined ? schema : (SCHEMAS[name] ?? {}) };
}

function readField(fields: readonly WireField[], given: Schema): unknown {
  const { name, schema } = resolve(given);
  if (schema.type === 'array' && name === undefined) return fields.flatMap((field) => readItems(field, schema.items ?? {}));
  if (schema.type === 'object' && schema.additionalProperties && name === undefined) return readMap(fields, schema.additionalProperties);
  const last = fields.at(-1);
  return last && readValue(last, name, schema);
}

function readItems(field: WireField, items: Schema): readonly unknown[] {
  const { name, schema } = resolve(items);
  if (field.type === 'bytes' && schema.type === 'integer') return [...packedVarints(field.value)].map(Number);
  return [readValue(field, name, schema)];
}

function readMap(entries: readonly WireField[], values: Schema): Json {
  const result: Json = {};
  const { name, schema } = resolve(values);
  for (const entry of entries) {
    const pair = collect(entry.type === 'varint' ? EMPTY : entry.value);
    const value: WireField = pair.get(2)?.at(-1) ?? { number: 2, type: 'bytes', value: EMPTY };
    // A list cannot be a map's value in protobuf: it stands in a message of its own, as its first field.
    result[text(bytesOf(pair.get(1)))] = schema.type === 'array' ? (collect(bytesOf([value])).get(1) ?? []).flatMap((item) => readItems(item, schema.items ?? {})) : readValue(value, name, schema);
  }
  return result;
}

function readValue(field: WireField, name: string | undefined, schema: Schema): unknown {
  if (field.type === 'varint') return schema.type === 'boolean' ? field.value !== 0n : Number(field.value);
  if (field.type === 'fixed') return new DataView(field.value.buffer, field.value.byteOffset, 8).getFloat64(0, true);
  switch (name?.slice(name.lastIndexOf('.') + 1)) {
    case 'Quantity':
      return text(bytesOf(collect(field.value).get(1)));
    case 'IntOrString':
      return readIntOrString(field.value);
    case 'Time':
    case 'MicroTime':
      return readTime(field.value, name.endsWith('MicroTime'));
    case 'RawExtension':
    case 'FieldsV1':
      return JSON.parse(text(bytesOf(collect(field.value).get(1))) || 'null') as unknown;
    case undefined:
      return schema.format === 'byte' ? Buffer.from(field.value).toString('base64') : text(field.value);
    default:
      return name === undefined ? undefined : readMessage(field.value, name, name);
  }
}

const number = (fields: readonly WireField[] | undefined): number => {
  const last = fields?.at(-1);
  return last?.type === 'varint' ? Number(last.value) : 0;
};

function readIntOrString(bytes: Uint8Array): number | string {
  const fields = collect(bytes);
  return number(fields.get(1)) === 1 ? text(bytesOf(fields.get(3))) : number(fields.get(2));
}

/** A time that was never set has no seconds. */
function readTime(bytes: Uint8Array, micro: boolean): string | undefined {
  const fields = collect(bytes);
  if (!fields.has(1)) return undefined;
  const at = number(fields.get(1)) * 1000 + number(fields.get(2)) / 1_000_000;
  return micro ? renderMicroTime(at) : renderTime(at);
}
