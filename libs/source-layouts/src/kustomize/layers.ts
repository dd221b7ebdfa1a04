import { readValues } from '@fleetmend/manifest';
import type { FileEdit, JsonValue } from '@fleetmend/model';
import { deriveFrom, type Derived, type Tree } from '@fleetmend/ports';
import { kustomizationOf, pathsOf, resolvePath } from '@fleetmend/render';

type Fields = Readonly<Record<string, unknown>>;

/** One kustomization on the way to the root, or what the engine's own object adds to it. */
export interface Layer {
  /** What its paths count from. */
  readonly folder: string;
  /** Its kustomization file, or the manifest of the engine's object. */
  readonly file: string;
  readonly text: string;
  readonly value: Fields;
  /** Where its fields begin in the file. */
  readonly document: number;
  readonly at: readonly string[];
  /** The engine whose object says it: built together with the root's own kustomization, over which it has the last word. */
  readonly engine?: 'argocd' | 'flux';
  /** Why no machine edits it there. */
  readonly closed?: string | undefined;
  /** Writes a field of it, by its path in the document, where that takes more than its text: then there is none. */
  readonly write?: ((path: readonly string[], value: JsonValue | undefined) => Promise<readonly FileEdit[]>) | undefined;
}

/**
 * The kustomizations that a root is built from, in the order in which they have the last word: the root itself, then its
 * components from the last to the first, then what its resources lead to.
 */
export async function readLayers(tree: Tree, root: string): Promise<readonly Layer[]> {
  const files = await pathsOf(tree);
  const seen = new Set<string>();
  const visit = async (folder: string): Promise<readonly Layer[]> => {
    const file = kustomizationOf(files, folder);
    if (file === undefined || seen.has(folder)) return [];
    seen.add(folder);
    const text = (await tree.read(file)) ?? '';
    const value = (await deriveFrom(tree, file, FIELDS)) ?? {};
    const below = [...textsOf(value['components']).toReversed(), ...textsOf(value['resources']).toReversed(), ...textsOf(value['bases']).toReversed()];
    const layers: Layer[] = [{ folder, file, text, value, document: 0, at: [] }];
    for (const path of below) {
      const next = resolvePath(folder, path);
      if (next !== undefined && !files.has(next)) layers.push(...(await visit(next)));
    }
    return layers;
  };
  return visit(root);
}

const FIELDS: Derived<Fields> = { what: 'the fields of the first document', make: (text) => asFields(readValues(text)?.[0]) };

export function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textsOf(value: unknown): readonly string[] {
  return listOf(value).filter((item): item is string => typeof item === 'string');
}
