import type { Writer } from './cluster.ts';
import { decode, type DecodeOptions } from './decode.ts';
import { toCoreEvent } from './event-versions.ts';
import { isObject, type Json } from './json.ts';
import { badRequest } from './refusals.ts';
import type { ResourceType } from './resource-types.ts';

/**
 * Reads a client's object: unknown fields are dropped, warned of, or refused, as the request wants it.
 * The result is ours to change, in the shape in which the type is stored.
 * @throws StatusError 400
 */
export function readInput(type: ResourceType, input: Json, writer: Writer, options: DecodeOptions = {}): Json {
  const kind = input['kind'];
  const apiVersion = input['apiVersion'];
  if (kind !== undefined && kind !== type.kind) throw badRequest(`${String(kind)} in version "${String(apiVersion ?? '')}" cannot be handled as a ${type.kind}: converting (${String(apiVersion)}.${String(kind)}) to (${type.apiVersion}.${type.kind}): unknown conversion`);
  if (apiVersion !== undefined && apiVersion !== type.apiVersion) throw badRequest(`the API version in the data (${String(apiVersion)}) does not match the expected API version (${type.apiVersion})`);
  const what = `${type.kind} in version ${JSON.stringify(type.version)} cannot be handled as a ${type.kind}`;
  const { object, unknown } = type.custom ? type.custom.read(input, what) : decode(input, type.schema, what, options);
  if (unknown.length > 0 && writer.fieldValidation === 'Strict') throw badRequest(`${what}: strict decoding error: ${unknown.join(', ')}`);
  if (writer.fieldValidation === 'Warn') for (const text of unknown) writer.warn(text);
  if (!isObject(object['metadata'])) object['metadata'] = {};
  return type.group === 'events.k8s.io' ? toCoreEvent(object) : object;
}
