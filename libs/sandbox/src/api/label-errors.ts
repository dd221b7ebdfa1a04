import { isObject } from './json.ts';
import { labelValue, qualifiedName } from './names.ts';
import { type FieldError, invalidValue } from './refusals.ts';

/** Label maps are checked the same wherever they stand. */
export function labelErrors(labels: unknown, field: string): readonly FieldError[] {
  if (!isObject(labels)) return [];
  return Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedName(key).map((why) => invalidValue(field, key, why)),
    ...labelValue(String(value)).map((why) => invalidValue(field, value, why)),
  ]);
}
