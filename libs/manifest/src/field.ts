import { PermanentError } from '@fleetmend/kernel';
import { parseKubernetesYaml, valuesOf } from './reading.ts';

const SELECTOR = /^\[([^=\]]+)=(.*)\]$/s;

/** Goes on inside a text that holds YAML, such as one value of a ConfigMap's data. */
export const INNER_YAML = '!yaml';
/** The place after the last item of a list. */
export const APPEND = '-';

/** What one segment of a path asks for: the list item whose `key` reads `value`, or the field (or index) `name`. */
export type Segment = { readonly select: { readonly key: string; readonly value: string } } | { readonly name: string };

export function parseSegment(segment: string): Segment {
  const match = SELECTOR.exec(segment);
  return match ? { select: { key: match[1] ?? '', value: match[2] ?? '' } } : { name: segment };
}

/** `spec.containers[name=app].image`, for messages. */
export function renderPath(path: readonly string[]): string {
  return path.map((segment, index) => (segment.startsWith('[') || index === 0 ? segment : `.${segment}`)).join('');
}

/**
 * The value at `path` of a parsed object; undefined when any step of it is missing.
 *
 * @example valueAt(deployment, ['spec', 'template', 'spec', 'containers', '[name=app]', 'image'])
 * @throws PermanentError `NotEditable` when a selector fits more than one item.
 */
export function valueAt(root: unknown, path: readonly string[]): unknown {
  let value = root;
  for (const segment of path) {
    if (segment === INNER_YAML && typeof value === 'string') {
      value = innerValue(value);
    } else {
      const key = keyIn(value, segment);
      value = key === undefined ? undefined : (value as Record<string, unknown>)[key];
    }
    if (value === undefined) return undefined;
  }
  return value;
}

/** The first document of a text that holds YAML; undefined when it holds none. */
function innerValue(text: string): unknown {
  const read = valuesOf(parseKubernetesYaml(text));
  return 'values' in read ? read.values[0] : undefined;
}

/**
 * A copy of `root` with `path` set, maps made where there are none; `undefined` takes the last key or list item out. `-`, the
 * index after the last item, and a selector that nothing fits mean a new item at the list's end.
 */
export function withValue(root: unknown, path: readonly string[], value: unknown): unknown {
  const [segment, ...rest] = path;
  if (segment === undefined) return value;
  if (Array.isArray(root)) return withItem(root, segment, { rest, value });
  if ((root === undefined || root === null) && rest.length === 0 && isNewItem(segment)) return value === undefined ? root : [value];
  if ('select' in parseSegment(segment)) throw new PermanentError('NotEditable', `there is no list to find ${segment} in`);
  const fields = isFields(root) ? root : root === undefined || root === null ? {} : undefined;
  if (!fields) throw new PermanentError('NotEditable', `a plain value stands where ${segment} should be looked up`);
  const entries = Object.entries(fields).filter(([key]) => key !== segment);
  if (rest.length === 0 && value === undefined) return Object.fromEntries(entries);
  return Object.fromEntries([...entries, [segment, withValue(Object.hasOwn(fields, segment) ? fields[segment] : undefined, rest, value)]]);
}

function withItem(list: readonly unknown[], segment: string, { rest, value }: { readonly rest: readonly string[]; readonly value: unknown }): unknown {
  const key = keyIn(list, segment);
  if (key !== undefined) {
    if (rest.length === 0 && value === undefined) return list.filter((_, index) => String(index) !== key);
    return list.map((item, index) => (String(index) === key ? withValue(item, rest, value) : item));
  }
  if (rest.length === 0 && (isNewItem(segment) || segment === String(list.length))) return value === undefined ? list : [...list, value];
  throw new PermanentError('NotEditable', `the list item ${segment} does not exist`);
}

/** True for a last segment that may name an item which is not there yet. */
export function isNewItem(segment: string): boolean {
  return segment === APPEND || 'select' in parseSegment(segment);
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

export function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
