import { equalJson, isObject, type Json } from '../json.ts';
import { type FieldError, invalidValue, required, tooLong, unsupported } from '../refusals.ts';

/** Checks a value against a structural schema, in the real server's words. */
export function validateSchema(value: unknown, schema: Json, path: string): readonly FieldError[] {
  if (value === null && schema['nullable'] === true) return [];
  const wrong = typeError(value, schema, path);
  if (wrong) return [wrong];
  return [...enumErrors(value, schema, path), ...scalarErrors(value, schema, path), ...listErrors(value, schema, path), ...objectErrors(value, schema, path), ...combinedErrors(value, schema, path)];
}

function typeError(value: unknown, schema: Json, path: string): FieldError | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) return typeof value === 'string' || Number.isInteger(value) ? undefined : typeInvalid(value, 'integer,string', path);
  const type = schema['type'];
  if (typeof type !== 'string') return undefined;
  const holds =
    type === 'object' ? isObject(value)
    : type === 'array' ? Array.isArray(value)
    : type === 'integer' ? Number.isInteger(value)
    : typeof value === type;
  return holds ? undefined : typeInvalid(value, type, path);
}

function typeInvalid(value: unknown, type: string, path: string): FieldError {
  const found = value === null ? 'null' : Array.isArray(value) ? 'array' : isObject(value) ? 'object' : typeof value === 'boolean' ? 'boolean' : typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : 'string';
  return { ...invalidValue(path, found, `${path} in body must be of type ${type}: "${found}"`), reason: 'FieldValueTypeInvalid' };
}

function enumErrors(value: unknown, schema: Json, path: string): readonly FieldError[] {
  const allowed = schema['enum'];
  if (!Array.isArray(allowed) || allowed.some((item) => equalJson(item, value))) return [];
  return [unsupported(path, value, allowed.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))))];
}

function scalarErrors(value: unknown, schema: Json, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const says = (text: string) => errors.push(invalidValue(path, value, `${path} in body ${text}`));
  if (typeof value === 'string') {
    const length = [...value].length;
    const { maxLength, minLength, pattern, format } = schema;
    if (typeof maxLength === 'number' && length > maxLength) errors.push(tooLong(path, maxLength));
    if (typeof minLength === 'number' && length < minLength) says(`should be at least ${minLength} chars long`);
    if (typeof pattern === 'string' && !new RegExp(pattern, 'u').test(value)) says(`should match '${pattern}'`);
    if (format === 'date-time' && !/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(value)) says(`must be of type date-time: ${JSON.stringify(value)}`);
  }
  if (typeof value === 'number') {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
    if (typeof minimum === 'number' && (exclusiveMinimum === true ? value <= minimum : value < minimum)) says(`should be greater than ${exclusiveMinimum === true ? '' : 'or equal to '}${minimum}`);
    if (typeof maximum === 'number' && (exclusiveMaximum === true ? value >= maximum : value > maximum)) says(`should be less than ${exclusiveMaximum === true ? '' : 'or equal to '}${maximum}`);
    if (typeof multipleOf === 'number' && value % multipleOf !== 0) says(`should be a multiple of ${multipleOf}`);
  }
  return errors;
}

function listErrors(value: unknown, schema: Json, path: string): readonly FieldError[] {
  if (!Array.isArray(value)) return [];
  const errors: FieldError[] = [];
  const { minItems, maxItems, items } = schema;
  if (typeof minItems === 'number' && value.length < minItems) errors.push(invalidValue(path, value.length, `${path} in body should have at least ${minItems} items`));
  if (typeof maxItems === 'number' && value.length > maxItems) errors.push(tooMany(path, value.length, maxItems));
  errors.push(...duplicateErrors(value, schema, path));
  if (isObject(items)) value.forEach((item, index) => errors.push(...validateSchema(item, items, `${path}[${index}]`)));
  return errors;
}

function duplicateErrors(value: readonly unknown[], schema: Json, path: string): readonly FieldError[] {
  const listType = schema['x-kubernetes-list-type'];
  if (listType !== 'set' && listType !== 'map') return [];
  const keys = Array.isArray(schema['x-kubernetes-list-map-keys']) ? schema['x-kubernetes-list-map-keys'].map(String) : [];
  const identity = (item: unknown) => (listType === 'set' ? item : Object.fromEntries(keys.map((key) => [key, isObject(item) ? item[key] : undefined])));
  return value.flatMap((item, index) => {
    const mine = identity(item);
    const known = value.slice(0, index).some((other) => equalJson(identity(other), mine));
    return known ? [{ reason: 'FieldValueDuplicate' as const, field: `${path}[${index}]`, message: `Duplicate value: ${JSON.stringify(mine)}` }] : [];
  });
}

function objectErrors(value: unknown, schema: Json, path: string): readonly FieldError[] {
  if (!isObject(value)) return [];
  const errors: FieldError[] = [];
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const names = Array.isArray(schema['required']) ? schema['required'].map(String) : [];
  const at = (key: string) => (path === '' ? key : `${path}.${key}`);
  for (const name of names) if (value[name] === undefined) errors.push(required(at(name)));
  const { minProperties, maxProperties } = schema;
  const count = Object.keys(value).length;
  if (typeof minProperties === 'number' && count < minProperties) errors.push(invalidValue(path, count, `${path} in body should have at least ${minProperties} properties`));
  if (typeof maxProperties === 'number' && count > maxProperties) errors.push(tooMany(path, count, maxProperties));
  const extra = schema['additionalProperties'];
  for (const [key, member] of Object.entries(value)) {
    const child = properties[key] ?? (isObject(extra) ? extra : undefined);
    if (isObject(child)) errors.push(...validateSchema(member, child, at(key)));
  }
  return errors;
}

function combinedErrors(value: unknown, schema: Json, path: string): readonly FieldError[] {
  const branches = (name: string): readonly Json[] => (Array.isArray(schema[name]) ? schema[name].filter(isObject) : []);
  const passes = (branch: Json) => validateSchema(value, branch, path).length === 0;
  const errors: FieldError[] = branches('allOf').flatMap((branch) => validateSchema(value, branch, path));
  const anyOf = branches('anyOf');
  const oneOf = branches('oneOf');
  if (anyOf.length > 0 && !anyOf.some(passes)) errors.push(invalidValue(path, '', `"${path}" must validate at least one schema (anyOf)`));
  if (oneOf.length > 0 && oneOf.filter(passes).length !== 1) errors.push(invalidValue(path, '', `"${path}" must validate one and only one schema (oneOf). Found ${oneOf.some(passes) ? 'more than one' : 'none'} valid`));
  if (isObject(schema['not']) && passes(schema['not'])) errors.push(invalidValue(path, '', `"${path}" must not validate the schema (not)`));
  return errors;
}

function tooMany(field: string, actual: number, max: number): FieldError {
  return { reason: 'FieldValueTooMany', field, message: `Too many: ${actual}: must have at most ${max} items` };
}
