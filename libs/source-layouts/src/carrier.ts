import { isPermanent } from '@fleetmend/kernel';
import { readDocuments, type ManifestObject } from '@fleetmend/manifest';
import { groupOf, type KubeObject, type ObjectRef } from '@fleetmend/model';
import type { Application } from '@fleetmend/plugin-api';
import { askTree, deriveFrom, type Derived, type Tree } from '@fleetmend/ports';
import { normalisePath, type FoundObject } from './manifest-folder.ts';

type Wanted = Pick<ObjectRef, 'apiVersion' | 'kind' | 'name' | 'namespace'>;

/**
 * The one document of the repository that holds an object of an engine, such as an Application; undefined where none does, or several do:
 * then nobody can tell which of them is applied. Where it is known what applies the object itself, only files below that count, unless there are none.
 */
export async function findCarrier(tree: Tree, { apiVersion, kind, name, namespace }: Wanted, heldIn: Application['heldIn'] = []): Promise<FoundObject | undefined> {
  const ref: Wanted = { apiVersion, kind, name, namespace };
  const folders = heldIn.map(({ path }) => normalisePath(path));
  return askTree(tree, {
    key: `the carrier of ${JSON.stringify([ref, folders])}`,
    async answer(state) {
      const found = ((await carriersOf(state, kind)).get(name) ?? []).filter(({ object }) => isCarrier(object, ref));
      const below = found.filter(({ path }) => folders.some((folder) => folder === '' || path.startsWith(`${folder}/`)));
      const candidates = below.length > 0 ? below : found;
      return candidates.length === 1 ? candidates[0] : undefined;
    },
  });
}

function isCarrier({ apiVersion, kind, metadata }: KubeObject, ref: Wanted): boolean {
  return kind === ref.kind && groupOf(apiVersion) === groupOf(ref.apiVersion) && metadata.name === ref.name && (metadata.namespace === undefined || metadata.namespace === ref.namespace);
}

const known = new WeakMap<Tree, Map<string, Promise<ReadonlyMap<string, readonly FoundObject[]>>>>();

/** All objects of a kind by their names, read once per state of the repository. */
async function carriersOf(tree: Tree, kind: string): Promise<ReadonlyMap<string, readonly FoundObject[]>> {
  const kinds = known.get(tree) ?? new Map<string, Promise<ReadonlyMap<string, readonly FoundObject[]>>>();
  known.set(tree, kinds);
  const read = kinds.get(kind) ?? readKind(tree, kind);
  kinds.set(kind, read);
  return read;
}

async function readKind(tree: Tree, kind: string): Promise<ReadonlyMap<string, readonly FoundObject[]>> {
  const { over } = tree;
  // The same as before but for the edited files: every edit is tried out on a tree of its own.
  const kept = over ? [...(await carriersOf(over.tree.alone ?? over.tree, kind)).values()].flat().filter(({ path }) => !over.edits.has(path)) : [];
  const manifests = (over ? [...over.edits.keys()] : await tree.list('')).filter((path) => /\.ya?ml$/.test(path) && !path.includes('/templates/'));
  const ofKind = objectsOfKind(kind);
  const found = await Promise.all(manifests.map(async (path) => ((await deriveFrom(tree, path, ofKind)) ?? []).map((one): FoundObject => ({ ...one, path }))));
  return Map.groupBy([...kept, ...found.flat()], ({ object }) => object.metadata.name);
}

/** A text that cannot be read holds nothing that anybody applies. */
function objectsOfKind(kind: string): Derived<readonly ManifestObject[]> {
  const pattern = new RegExp(`kind["']?:\\s*["']?${kind}\\b`);
  return {
    what: `objects of kind ${kind}`,
    make(text) {
      if (!pattern.test(text)) return [];
      try {
        return readDocuments(text, 'this file').filter(({ object }) => object.kind === kind);
      } catch (error) {
        if (!isPermanent(error)) throw error;
        return [];
      }
    },
  };
}
