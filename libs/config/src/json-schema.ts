import { z } from 'zod';

/** The parts of a JSON Schema that we read back from zod. */
export interface JsonSchema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** What a person may write, as JSON Schema. */
export function inputSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
}

export function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  return schema.anyOf ?? schema.oneOf ?? [schema];
}

/** Keys that the schema knows below a path; empty where it takes any. */
export function keysAt(schema: JsonSchema, path: readonly PropertyKey[]): readonly string[] {
  const [head, ...rest] = path;
  const choices = alternatives(schema);
  if (head === undefined) return [...new Set(choices.flatMap((choice) => Object.keys(choice.properties ?? {})))];
  return [...new Set(choices.flatMap((choice) => below(choice, head)).flatMap((next) => keysAt(next, rest)))];
}

function below(schema: JsonSchema, key: PropertyKey): readonly JsonSchema[] {
  if (typeof key === 'number') return schema.items ? [schema.items] : [];
  const known = schema.properties?.[String(key)];
  if (known) return [known];
  return typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : [];
}
