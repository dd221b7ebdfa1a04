import { Environment } from '@marcbachmann/cel-js';
import { messageOf } from '@fleetmend/kernel';
import { isObject, type Json } from '../json.ts';
import { duplicate, type FieldError, forbiddenField, invalidValue, required } from '../refusals.ts';

/** The rules at one place of a schema, compiled; children follow the schema's tree and exist only where rules are below. */
export interface RuleTree {
  readonly schema: Json;
  readonly rules: readonly Rule[];
  readonly properties: ReadonlyMap<string, RuleTree>;
  readonly values: RuleTree | undefined;
  readonly items: RuleTree | undefined;
}

interface Rule {
  readonly text: string;
  readonly message: string;
  readonly fieldPath: string;
  readonly reason: string;
  readonly optionalOldSelf: boolean;
  readonly usesOldSelf: boolean;
  readonly holds: (context: Json) => unknown;
  readonly describe: ((context: Json) => unknown) | undefined;
}

export interface RuleProblem {
  readonly field: string;
  readonly rule: string;
  readonly why: string;
}

/** Compiles every `x-kubernetes-validations` of a schema; what does not compile is a problem, never skipped. */
export function compileRules(schema: Json, path: string): { readonly tree: RuleTree | undefined; readonly problems: readonly RuleProblem[] } {
  const problems: RuleProblem[] = [];
  const tree = compileNode(schema, path, problems);
  return { tree, problems };
}

function compileNode(schema: Json, path: string, problems: RuleProblem[]): RuleTree | undefined {
  const listed = Array.isArray(schema['x-kubernetes-validations']) ? schema['x-kubernetes-validations'].filter(isObject) : [];
  const rules = listed.flatMap((rule, index) => compileRule(rule, `${path}.x-kubernetes-validations[${index}]`, problems));
  const properties = new Map<string, RuleTree>();
  for (const [name, child] of Object.entries(isObject(schema['properties']) ? schema['properties'] : {})) {
    const tree = isObject(child) ? compileNode(child, `${path}.properties[${name}]`, problems) : undefined;
    if (tree) properties.set(name, tree);
  }
  const items = isObject(schema['items']) ? compileNode(schema['items'], `${path}.items`, problems) : undefined;
  const extra = schema['additionalProperties'];
  const values = isObject(extra) ? compileNode(extra, `${path}.additionalProperties`, problems) : undefined;
  if (rules.length === 0 && properties.size === 0 && !items && !values) return undefined;
  return { schema, rules, properties, items, values };
}

function compileRule(rule: Json, field: string, problems: RuleProblem[]): readonly Rule[] {
  const text = String(rule['rule'] ?? '');
  const expression = typeof rule['messageExpression'] === 'string' ? rule['messageExpression'] : undefined;
  try {
    const holds = compileExpression(text, ['bool', 'dyn']);
    const describe = expression === undefined ? undefined : compileExpression(expression, ['string', 'dyn']);
    return [{
      text, holds, describe,
      message: typeof rule['message'] === 'string' ? rule['message'].trim() : `failed rule: ${text.trim().replace(/\s+/g, ' ')}`,
      fieldPath: typeof rule['fieldPath'] === 'string' ? rule['fieldPath'] : '',
      reason: typeof rule['reason'] === 'string' ? rule['reason'] : 'FieldValueInvalid',
      optionalOldSelf: rule['optionalOldSelf'] === true,
      usesOldSelf: /\boldSelf\b/.test(text),
    }];
  } catch (error) {
    problems.push({ field, rule: text, why: messageOf(error).split('\n')[0] ?? '' });
    return [];
  }
}

/**
 * Compiles an expression over the variables that it may speak of.
 * @throws Error with the library's words where it does not parse, does not check, or is of another type
 */
export function compileExpression(text: string, types: readonly string[], variables: readonly string[] = RULE_VARIABLES): (context: Json) => unknown {
  const compiled = newEnvironment(variables).parse(text);
  const checked = compiled.check();
  if (!checked.valid) throw checked.error ?? new Error('the expression is not valid');
  if (!types.includes(String(checked.type))) throw new Error(`must evaluate to ${types[0] ?? ''}, but is ${String(checked.type)}`);
  return (context) => compiled(context);
}

const RULE_VARIABLES = ['self', 'oldSelf'] as const;

function newEnvironment(variables: readonly string[]): Environment {
  const environment = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false });
  return variables.reduce((known, name) => known.registerVariable(name, 'dyn'), environment);
}

/**
 * Evaluates the rules over a value. `old` is the value before, where there was one; rules that speak of `oldSelf` are
 * evaluated only where old and new correspond: by property, by map key, or by the keys of a keyed list.
 */
export function evaluateRules(tree: RuleTree, value: unknown, old: unknown, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const context: Json = { self: celValue(value, tree.schema), ...(old === undefined ? {} : { oldSelf: celValue(old, tree.schema) }) };
  for (const rule of tree.rules) {
    if (rule.usesOldSelf && old === undefined && !rule.optionalOldSelf) continue;
    const error = evaluate(rule, context, tree.schema, path);
    if (error) errors.push(error);
  }
  if (Array.isArray(value) && tree.items) {
    const items = tree.items;
    value.forEach((item, index) => errors.push(...evaluateRules(items, item, correspondingItem(item, old, tree.schema), `${path}[${index}]`)));
  }
  if (!isObject(value)) return errors;
  for (const [key, member] of Object.entries(value)) {
    const child = tree.properties.get(key) ?? tree.values;
    const before = isObject(old) ? old[key] : undefined;
    if (child && member !== undefined && member !== null) errors.push(...evaluateRules(child, member, before ?? undefined, path === '' ? key : `${path}.${key}`));
  }
  return errors;
}

function evaluate(rule: Rule, context: Json, schema: Json, path: string): FieldError | undefined {
  const type = String(schema['type'] ?? 'object');
  try {
    if (rule.holds(context) === true) return undefined;
  } catch (error) {
    return invalidValue(path || '<nil>', type, `${messageOf(error).split('\n')[0] ?? ''} evaluating rule: ${rule.message}`);
  }
  const field = `${path}${rule.fieldPath}`.replace(/^\./, '') || '<nil>';
  const message = described(rule, context);
  if (rule.reason === 'FieldValueForbidden') return forbiddenField(field, message);
  if (rule.reason === 'FieldValueRequired') return required(field, message);
  if (rule.reason === 'FieldValueDuplicate') return duplicate(field, type);
  return invalidValue(field, type, message);
}

function described(rule: Rule, context: Json): string {
  try {
    const text = rule.describe?.(context);
    return typeof text === 'string' && text.trim() !== '' ? text.trim() : rule.message;
  } catch {
    return rule.message; // As the real server does: a message expression that fails falls back to the message.
  }
}

function correspondingItem(item: unknown, old: unknown, schema: Json): unknown {
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old) || !isObject(item)) return undefined;
  const keys = Array.isArray(schema['x-kubernetes-list-map-keys']) ? schema['x-kubernetes-list-map-keys'].map(String) : [];
  return old.find((before) => isObject(before) && keys.every((key) => before[key] === item[key]));
}

/** JSON as CEL sees it: whole numbers are ints, other names are escaped as Kubernetes does. */
export function celValue(value: unknown, schema: Json): unknown {
  if (typeof value === 'number') {
    const isInt = schema['type'] === 'integer' || schema['x-kubernetes-int-or-string'] === true || (schema['type'] === undefined && Number.isInteger(value));
    return isInt ? BigInt(value) : value;
  }
  if (Array.isArray(value)) {
    const items = isObject(schema['items']) ? schema['items'] : {};
    return value.map((item) => celValue(item, items));
  }
  if (!isObject(value)) return value;
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const extra = isObject(schema['additionalProperties']) ? schema['additionalProperties'] : {};
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries.map(([key, member]) => (isObject(properties[key]) ? [escapeName(key), celValue(member, properties[key])] : [key, celValue(member, extra)])));
}

const RESERVED = new Set(['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while']);

function escapeName(name: string): string {
  if (RESERVED.has(name)) return `__${name}__`;
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !name.includes('__')) return name;
  return name.replaceAll('__', '__underscores__').replaceAll('.', '__dot__').replaceAll('-', '__dash__').replaceAll('/', '__slash__');
}
