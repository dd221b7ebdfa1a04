import { isObject, type Json } from '../json.ts';

/** Removes what a structural schema does not know, and returns the paths of what was removed. The value is changed in place. */
export function prune(value: unknown, schema: Json, path: string): readonly string[] {
  if (Array.isArray(value)) {
    const items = schema['items'];
    return isObject(items) ? value.flatMap((item, index) => prune(item, items, `${path}[${index}]`)) : [];
  }
  if (!isObject(value)) return [];
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const extra = schema['additionalProperties'];
  const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true || extra === true;
  const removed: string[] = [];
  for (const key of Object.keys(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    const child = properties[key] ?? (isObject(extra) ? extra : undefined);
    if (isObject(child)) {
      if (child['x-kubernetes-embedded-resource'] !== true) removed.push(...prune(value[key], child, at));
    } else if (!keepsUnknown) {
      delete value[key];
      removed.push(at);
    }
  }
  return removed;
}

/** Fills in the defaults of a structural schema, and drops nulls that a default replaces. The value is changed in place. */
export function fillDefaults(value: unknown, schema: Json): void {
  if (Array.isArray(value)) {
    const items = schema['items'];
    if (isObject(items)) for (const item of value) fillDefaults(item, items);
    return;
  }
  if (!isObject(value)) return;
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  for (const [key, child] of Object.entries(properties)) {
    if (!isObject(child)) continue;
    if (value[key] === null && child['nullable'] !== true && child['default'] !== undefined) delete value[key];
    if (value[key] === undefined && child['default'] !== undefined) value[key] = structuredClone(child['default']);
    if (value[key] !== undefined) fillDefaults(value[key], child);
  }
  const extra = schema['additionalProperties'];
  if (!isObject(extra)) return;
  for (const key of Object.keys(value)) if (!(key in properties)) fillDefaults(value[key], extra);
}
