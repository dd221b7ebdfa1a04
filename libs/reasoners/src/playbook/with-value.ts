/** A copy of a value with one place set, or taken out where the new value is undefined. List items are named by `[key=value]` or by their place. */
export function withValue<T>(root: T, path: readonly string[], value: unknown): T {
  return set(root, path, value) as T;
}

function set(node: unknown, path: readonly string[], value: unknown): unknown {
  const [segment, ...rest] = path;
  if (segment === undefined) return value;
  if (Array.isArray(node)) {
    const match = /^\[([^=\]]+)=(.*)\]$/.exec(segment);
    const index = match ? node.findIndex((item) => String((item as Readonly<Record<string, unknown>> | null)?.[match[1] ?? '']) === match[2]) : Number(segment);
    const at = index < 0 ? node.length : index;
    const next = set(node[at], rest, value);
    return next === undefined ? node.filter((_, place) => place !== at) : [...node.slice(0, at), next, ...node.slice(at + 1)];
  }
  const record = typeof node === 'object' && node !== null ? (node as Readonly<Record<string, unknown>>) : {};
  const next = set(record[segment], rest, value);
  if (next !== undefined) return { ...record, [segment]: next };
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== segment));
}
