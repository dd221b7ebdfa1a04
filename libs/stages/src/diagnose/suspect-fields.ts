/** No container has more settings that a person would look at. */
const LIMIT = 120;

/** Fields that matter even where the live container does not set them. */
const ALWAYS = [
  ['image'],
  ['resources', 'limits', 'memory'],
  ['resources', 'requests', 'memory'],
  ['resources', 'limits', 'cpu'],
  ['resources', 'requests', 'cpu'],
] as const;

/**
 * Every scalar of a container that a commit may have changed, as paths from the container: list items with a name by their
 * name (`env/[name=HOST]/value`), others by their index (`args/0`).
 */
export function suspectFields(container: unknown): readonly (readonly string[])[] {
  const leaves = scalarsOf(container, []).filter(([first]) => first !== 'name');
  const all = [...ALWAYS, ...leaves];
  const seen = new Set<string>();
  return all.filter((path) => !seen.has(path.join('/')) && seen.add(path.join('/'))).slice(0, LIMIT);
}

function scalarsOf(value: unknown, path: readonly string[]): readonly (readonly string[])[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => scalarsOf(item, [...path, onlyName(value, item) ?? String(index)]));
  if (value !== null && typeof value === 'object') return Object.entries(value).flatMap(([key, item]) => scalarsOf(item, [...path, key]));
  const isName = path.at(-1) === 'name' && path.at(-2)?.startsWith('[name=');
  return value === undefined || value === null || isName ? [] : [path];
}

/** A name that two items share finds neither. */
function onlyName(list: readonly unknown[], item: unknown): string | undefined {
  const name = nameOf(item);
  return list.filter((other) => nameOf(other) === name).length === 1 ? name : undefined;
}

function nameOf(item: unknown): string | undefined {
  const name = item !== null && typeof item === 'object' ? (item as { name?: unknown }).name : undefined;
  return typeof name === 'string' ? `[name=${name}]` : undefined;
}
