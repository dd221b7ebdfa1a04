import { z } from 'zod';

type Json = Record<string, unknown>;

/** Keywords of JSON Schema that a structural schema of Kubernetes may hold too. */
const KEPT = ['type', 'description', 'enum', 'format', 'pattern', 'minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'default', 'required', 'x-kubernetes-validations', 'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-int-or-string'];

/**
 * An OpenAPI v3 structural schema as CustomResourceDefinitions want it, from one of our zod schemas.
 *
 * Our kinds keep to what both can say: objects, records, lists, scalars and enums, everything bounded. Anything else is a
 * mistake in the model, and throws with the path to it.
 */
export function structuralSchema(schema: z.ZodType): Json {
  return convert(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'throw' }) as Json, 'spec');
}

function convert(node: Json, path: string): Json {
  if ('anyOf' in node || 'oneOf' in node || 'allOf' in node || 'const' in node || (node['type'] !== undefined && typeof node['type'] !== 'string')) throw new Error(`${path}: unions and constants have no structural schema; model it as a flat object`);
  const kept = Object.fromEntries(Object.entries(node).filter(([key]) => KEPT.includes(key)));
  // A regular expression says the format, and the server would otherwise warn of formats that it does not know.
  if (typeof kept['pattern'] === 'string' && kept['format'] !== undefined && kept['format'] !== 'date-time') delete kept['format'];
  // RFC 3339 is checked by the format; zod's own expression for it is longer than the field.
  if (kept['format'] === 'date-time') delete kept['pattern'];
  const bounded = node['type'] === 'integer' ? { ...kept, format: 'int64' } : kept;
  const extra = node['additionalProperties'];
  if (node['type'] === 'array') return { ...bounded, items: convert(node['items'] as Json, `${path}[]`), ...listType(node) };
  if (node['type'] !== 'object') return bounded;
  if (isObject(node['properties'])) {
    const properties = Object.entries(node['properties']).map(([key, value]) => [key, convert(value as Json, `${path}.${key}`)]);
    return { ...bounded, properties: Object.fromEntries(properties) };
  }
  if (isObject(extra)) return { ...bounded, maxProperties: 64, additionalProperties: convert(extra, `${path}.*`) };
  return bounded;
}

function listType(node: Json): Json {
  if (node['maxItems'] === undefined) throw new Error(`a list without maxItems: ${JSON.stringify(node).slice(0, 120)}`);
  return { 'x-kubernetes-list-type': 'atomic' };
}

function isObject(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
