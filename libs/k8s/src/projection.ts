import type { KubeObject } from '@fleetmend/model';

/** Gives equal strings one place in memory. */
export interface Interner {
  intern(text: string): string;
}

const LONGEST = 96;

/** Remembers up to `capacity` short strings, then forgets all and starts again: what is in use stays shared by its users. */
export function createInterner(capacity = 20_000): Interner {
  const seen = new Map<string, string>();
  return {
    intern(text) {
      if (text.length > LONGEST) return text;
      const known = seen.get(text);
      if (known !== undefined) return known;
      if (seen.size >= capacity) seen.clear();
      seen.set(text, text);
      return text;
    },
  };
}

/** Fields by name; `all` keeps the whole value. */
interface FieldTree {
  all: boolean;
  readonly children: Map<string, FieldTree>;
}

/** What every kind keeps: its identity, its owners, and what decides whether it is going away. */
const ALWAYS = [
  'apiVersion', 'kind', 'metadata.name', 'metadata.namespace', 'metadata.uid', 'metadata.resourceVersion', 'metadata.generation',
  'metadata.creationTimestamp', 'metadata.deletionTimestamp', 'metadata.labels', 'metadata.ownerReferences',
] as const;
/** Differ for each object, so sharing them would only fill the table. */
const UNIQUE = new Set(['uid', 'resourceVersion', 'creationTimestamp', 'name', 'containerID', 'podIP', 'message']);

export type Projection = (object: KubeObject) => KubeObject;

/**
 * Keeps the declared fields of an object, and its identity, as a fresh value with shared strings; the rest can be collected.
 * @param fields dotted paths; below a list, the path applies to each item: `status.containerStatuses.state`. A dot inside a name is written `\\.`.
 */
export function createProjection(fields: readonly string[], interner: Interner): Projection {
  const tree = emptyTree();
  for (const field of [...ALWAYS, ...fields]) plant(tree, partsOf(field));
  // The identity is always there, so what remains is still a KubeObject.
  return (object) => keep(object, tree, '', interner) as KubeObject;
}

/** Names of labels and annotations hold dots of their own. */
const partsOf = (field: string): readonly string[] => field.split(/(?<!\\)\./).map((part) => part.replaceAll('\\.', '.'));

const emptyTree = (): FieldTree => ({ all: false, children: new Map() });

function plant(tree: FieldTree, path: readonly string[]): void {
  let node = tree;
  for (const part of path) {
    const next = node.children.get(part) ?? emptyTree();
    node.children.set(part, next);
    node = next;
  }
  node.all = true;
}

function keep(value: unknown, tree: FieldTree, key: string, interner: Interner): unknown {
  if (typeof value === 'string') return UNIQUE.has(key) ? value : interner.intern(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => keep(item, tree, key, interner));
  const kept: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const child = tree.all ? tree : tree.children.get(name);
    if (child) kept[interner.intern(name)] = keep(item, child, name, interner);
  }
  return kept;
}
