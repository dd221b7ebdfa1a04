import { isObject } from '../json.ts';

/** A JSON value as Go prints it in messages: `map[spec:map[replicas:x]]`, `[a b]`. */
export function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (isObject(value)) return `map[${Object.keys(value).sort().map((key) => `${key}:${goText(value[key])}`).join(' ')}]`;
  return value === null ? '<nil>' : String(value);
}
