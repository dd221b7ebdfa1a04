import { groupOf, type KubeObject, type ObjectRef } from '@fleetmend/model';
import type { Tree } from '@fleetmend/ports';
import { readFiles, type FoundObject } from './manifest-folder.ts';

const known = new WeakMap<Tree, Map<string, Promise<readonly FoundObject[]>>>();

/**
 * The one document of the repository that holds an object of an engine, such as an Application; undefined where none does, or several do:
 * then nobody can tell which of them is applied.
 */
export async function findCarrier(tree: Tree, ref: Pick<ObjectRef, 'apiVersion' | 'kind' | 'name' | 'namespace'>): Promise<FoundObject | undefined> {
  const found = (await objectsOfKind(tree, ref.kind)).filter(({ object }) => isCarrier(object, ref));
  return found.length === 1 ? found[0] : undefined;
}

function isCarrier({ apiVersion, kind, metadata }: KubeObject, ref: Pick<ObjectRef, 'apiVersion' | 'kind' | 'name' | 'namespace'>): boolean {
  return kind === ref.kind && groupOf(apiVersion) === groupOf(ref.apiVersion) && metadata.name === ref.name && (metadata.namespace === undefined || metadata.namespace === ref.namespace);
}

/** Read once per state of the repository. */
async function objectsOfKind(tree: Tree, kind: string): Promise<readonly FoundObject[]> {
  const kinds = known.get(tree) ?? new Map<string, Promise<readonly FoundObject[]>>();
  known.set(tree, kinds);
  const read = kinds.get(kind) ?? readKind(tree, kind);
  kinds.set(kind, read);
  return read;
}

async function readKind(tree: Tree, kind: string): Promise<readonly FoundObject[]> {
  const manifests = (await tree.list('')).filter((path) => /\.(ya?ml)$/.test(path) && !path.includes('/templates/'));
  const texts = await Promise.all(manifests.map(async (path) => [path, (await tree.read(path)) ?? ''] as const));
  const pattern = new RegExp(`kind["']?:\\s*["']?${kind}\\b`);
  const { objects } = await readFiles(tree, texts.filter(([, text]) => pattern.test(text)).map(([path]) => path));
  return objects.filter(({ object }) => object.kind === kind);
}
