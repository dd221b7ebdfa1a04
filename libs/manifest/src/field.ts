import { PermanentError } from '@fleetmend/kernel';
import type { FieldPath } from '@fleetmend/model';

const SELECTOR = /^\[([^=\]]+)=(.*)\]$/s;

/** What one segment of a {@link FieldPath} asks for: the list item whose `key` reads `value`, or the field (or index) `name`. */
export type Segment = { readonly select: { readonly key: string; readonly value: string } } | { readonly name: string };

export function parseSegment(segment: string): Segment {
  const match = SELECTOR.exec(segment);
  return match ? { select: { key: match[1] ?? '', value: match[2] ?? '' } } : { name: segment };
}

/** `spec.containers[name=app].image`, for messages. */
export function renderPath(path: FieldPath): string {
  return path.map((segment, index) => (segment.startsWith('[') || index === 0 ? segment : `.${segment}`)).join('');
}

/**
 * The value at `path` of a parsed object; undefined when any step of it is missing.
 *
 * @example valueAt(deployment, ['spec', 'template', 'spec', 'containers', '[name=app]', 'image'])
 * @throws PermanentError `NotEditable` when a selector fits more than one item.
 */
export function valueAt(root: unknown, path: FieldPath): unknown {
  let value = root;
  for (const segment of path) {
    const key = keyIn(value, segment);
    value = key === undefined ? undefined : (value as Record<string, unknown>)[key];
    if (value === undefined) return undefined;
  }
  return value;
}

/** A copy of `root` with `path` set, maps made where there are none; `undefined` removes the last key. */
export function withValue(root: unknown, path: FieldPath, value: unknown): unknown {
  const [segment, ...rest] = path;
  if (segment === undefined) return value;
  if (Array.isArray(root)) {
    const key = keyIn(root, segment);
    if (key === undefined) throw new PermanentError('NotEditable', `there is no list item ${segment}`);
    return root.map((item, index) => (String(index) === key ? withValue(item, rest, value) : item));
  }
  if ('select' in parseSegment(segment)) throw new PermanentError('NotEditable', `there is no list to find ${segment} in`);
  const fields = isFields(root) ? root : root === undefined || root === null ? {} : undefined;
  if (!fields) throw new PermanentError('NotEditable', `a plain value stands where ${segment} should be looked up`);
  if (rest.length === 0 && value === undefined) return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== segment));
  const entries = Object.entries(fields).filter(([key]) => key !== segment);
  return Object.fromEntries([...entries, [segment, withValue(Object.hasOwn(fields, segment) ? fields[segment] : undefined, rest, value)]]);
}

/** The property (or index) that a segment means in `value`; undefined when there is none. */
function keyIn(value: unknown, segment: string): string | undefined {
  const asked = parseSegment(segment);
  if (Array.isArray(value)) {
    if ('name' in asked) return /^\d+$/.test(asked.name) && Number(asked.name) < value.length ? String(Number(asked.name)) : undefined;
    const fits = value.flatMap((item, index) => (isFields(item) && Object.hasOwn(item, asked.select.key) && String(item[asked.select.key]) === asked.select.value ? [index] : []));
    if (fits.length > 1) throw new PermanentError('NotEditable', `${fits.length} list items fit ${segment}`);
    return fits[0] === undefined ? undefined : String(fits[0]);
  }
  return isFields(value) && 'name' in asked && Object.hasOwn(value, asked.name) ? asked.name : undefined;
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
