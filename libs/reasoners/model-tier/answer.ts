import { Action, FIELD_ACTION_NAMES, FieldPath, ObjectRef } from '@fleetmend/model';
import { z } from 'zod';
import type { JsonSchema } from './chat-endpoint.ts';

/** What a model must answer. `cites` are the ids that the prompt gave to the evidence. */
export const ModelAnswer = z.object({
  cause: z.string().min(1).max(2000),
  confidence: z.number().min(0).max(1),
  cites: z.array(z.string().max(16)).max(20),
  actions: z.array(Action).min(1).max(3),
});
export type ModelAnswer = z.infer<typeof ModelAnswer>;

export type ReadAnswer = { readonly answer: ModelAnswer } | { readonly problem: string };

/** The answer in a text: bare JSON, or JSON inside a code fence or between words. The problem names fields and repeats no value. */
export function readAnswer(text: string): ReadAnswer {
  const json = findObject(text);
  if (json === undefined) return { problem: 'it holds no whole JSON object' };
  const read = ModelAnswer.safeParse(withoutNulls(json));
  if (read.success) return { answer: read.data };
  const fields = read.error.issues.slice(0, 5).map((issue) => `${issue.path.map(String).join('.') || '(root)'}: ${issue.code}`);
  return { problem: `it does not follow the schema (${fields.join('; ')})` };
}

function findObject(text: string): unknown {
  const start = text.indexOf('{');
  const end = text.lastIndexOf('}');
  if (start < 0 || end < start) return undefined;
  try {
    return JSON.parse(text.slice(start, end + 1)) as unknown;
  } catch {
    return undefined;
  }
}

/** Structured output has no optional fields: what is left out comes as null. A null `value` means something: the field is taken out. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => (item === null && key !== 'value' ? [] : [[key, withoutNulls(item)]])));
}

/** All actions that set fields in one variant, with scalars only: a dozen variants alike, and free maps, are outside of what servers take. */
const FieldSettings = z.object({
  action: z.enum(FIELD_ACTION_NAMES as [string, ...string[]]),
  object: ObjectRef.optional(),
  fields: z.array(z.object({ path: FieldPath, value: z.union([z.string(), z.number(), z.boolean(), z.null()]) })).min(1).max(6),
});
const isFieldOption = (name: string): boolean => (FIELD_ACTION_NAMES as readonly string[]).includes(name);
const AskedAnswer = ModelAnswer.extend({ actions: z.array(z.union([...Action.options.filter((option) => !isFieldOption(option.shape.action.value)), FieldSettings])).min(1).max(3) });

/** Keywords outside the subset that strict servers take. Source: OpenAI's guide on structured outputs, "Supported schemas". */
const DROPPED = new Set(['$schema', 'minLength', 'maxLength', 'default', 'propertyNames', 'description', 'title']);

/** The schema of {@link ModelAnswer} for servers that hold a model to one, and whether it fits their strict subset. */
export const ANSWER_SCHEMA: { readonly schema: JsonSchema; readonly strict: boolean } = strictSchema();

function strictSchema(): { readonly schema: JsonSchema; readonly strict: boolean } {
  let strict = true;
  const tighten = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(tighten);
    if (node === null || typeof node !== 'object') return node;
    const { properties, required, oneOf, ...rest } = node as { properties?: Record<string, unknown>; required?: string[]; oneOf?: unknown[] };
    const kept = Object.fromEntries(Object.entries(rest).filter(([key]) => !DROPPED.has(key)).map(([key, value]) => [key, tighten(value)]));
    if (oneOf !== undefined) return { ...kept, anyOf: tighten(oneOf) };
    if (properties === undefined) {
      if (kept['type'] === 'object') strict = false; // a free map has no place in the strict subset
      return kept;
    }
    const all = Object.entries(properties).map(([name, schema]) => [name, required?.includes(name) ? tighten(schema) : { anyOf: [tighten(schema), { type: 'null' }] }]);
    return { ...kept, properties: Object.fromEntries(all) as unknown, required: Object.keys(properties), additionalProperties: false };
  };
  const schema = tighten(z.toJSONSchema(AskedAnswer, { io: 'input', unrepresentable: 'any' })) as JsonSchema;
  return { schema, strict };
}
