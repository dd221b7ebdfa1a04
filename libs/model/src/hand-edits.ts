import type { KubeObject } from './object.ts';

/** Field managers of the programs by which people change a cluster: kubectl and its subcommands, and the well-known viewers. */
const HANDS = /^(kubectl(-[a-z-]+)?|k9s|lens|node-fetch|mozilla)$/i;
/** Hints that people leave behind and nothing acts on, the time of a restart among them. */
const HINTS: readonly string[] = ['annotations'];

export function isHand(manager: unknown): boolean {
  return typeof manager === 'string' && HANDS.test(manager);
}

/** What somebody set by hand in one object and nobody has set since, as its `managedFields` say. */
export interface HandEdit {
  readonly manager: string;
  /** RFC 3339, as the API server wrote it. */
  readonly time?: string | undefined;
  /** Paths of the fields, list items by their key: `[name=app]`. */
  readonly fields: readonly (readonly string[])[];
}

interface Entry {
  readonly manager?: string;
  readonly time?: string;
  readonly subresource?: string;
  readonly fieldsV1?: unknown;
  readonly fields?: readonly (readonly string[])[];
}

/** Entries of `managedFields`; of an object that came from an agent, `fields` stands there instead of `fieldsV1`. */
function entriesOf({ metadata }: KubeObject): readonly Entry[] {
  const entries = metadata['managedFields'];
  return Array.isArray(entries) ? (entries as readonly Entry[]).filter((entry) => entry !== null && typeof entry === 'object') : [];
}

export function handEditsOf(object: KubeObject): readonly HandEdit[] {
  return entriesOf(object)
    .filter(({ manager, subresource }) => isHand(manager) && subresource !== 'status')
    .map(({ manager = '', time, fieldsV1, fields }) => ({ manager, time, fields: (fields ?? ownedFields(fieldsV1)).filter((path) => !path.some((segment) => HINTS.includes(segment))) }));
}

/** When a program last wrote anything but the status; undefined: none did, or nobody wrote down when. */
export function lastProgramWrite(object: KubeObject): string | undefined {
  return entriesOf(object).flatMap(({ manager, subresource, time }) => (isHand(manager) || subresource === 'status' || time === undefined ? [] : [time])).toSorted().at(-1);
}

/**
 * The paths of a `fieldsV1`: `f:` is a field, `k:` a list item by its keys (of several, the first), `i:` one by its place. What a list
 * of plain values holds (`v:`) counts as the list.
 */
export function ownedFields(tree: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (tree === null || typeof tree !== 'object') return path.length > 0 ? [path] : [];
  const inside = Object.entries(tree).flatMap(([name, below]) => {
    const segment = segmentOf(name);
    return segment === undefined ? [] : ownedFields(below, [...path, segment]);
  });
  return inside.length > 0 || path.length === 0 ? inside : [path];
}

function segmentOf(name: string): string | undefined {
  if (name.startsWith('f:') || name.startsWith('i:')) return name.slice(2);
  if (!name.startsWith('k:')) return undefined;
  const [[key, value] = []] = Object.entries(JSON.parse(name.slice(2)) as Readonly<Record<string, unknown>>);
  return key === undefined ? undefined : `[${key}=${String(value)}]`;
}
