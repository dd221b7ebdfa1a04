import { isPermanent } from '@fleetmend/kernel';
import { readDocuments, type ManifestObject } from '@fleetmend/manifest';
import { type KubeObject, type ObjectRef, groupOf } from '@fleetmend/model';
import { deriveFrom, type Derived, type Tree } from '@fleetmend/ports';

const BUILT = /^(kustomization\.ya?ml|Kustomization|Chart\.yaml)$/;

/** One object of a plain folder and where it stands. */
export interface FoundObject extends ManifestObject {
  readonly path: string;
}

/** What a folder holds; files that are not YAML are named, so that a search that fails can say where it could not look. */
export interface FolderContent {
  readonly objects: readonly FoundObject[];
  readonly unreadable: readonly { readonly path: string; readonly cause: string }[];
}

/** Manifest files below a folder, leaving out hidden files and folders below it that another tool builds. */
export async function listManifests(tree: Tree, root: string): Promise<readonly string[]> {
  const files = await tree.list(root);
  const built = files.filter((path) => BUILT.test(baseName(path))).map(folderOf).filter((folder) => folder !== root);
  return files.filter((path) => /\.(ya?ml|json)$/.test(path) && !BUILT.test(baseName(path)) && !isHidden(path, root) && !built.some((folder) => isBelow(path, folder)));
}

/** True when kustomize or Helm builds this very folder. */
export async function isBuilt(tree: Tree, folder: string): Promise<boolean> {
  return (await tree.list(folder)).some((path) => BUILT.test(baseName(path)) && folderOf(path) === folder);
}

/** True when kustomize or Helm builds some folder below. */
export async function hasBuiltFolder(tree: Tree, root: string): Promise<boolean> {
  return (await tree.list(root)).some((path) => BUILT.test(baseName(path)));
}

export async function readFiles(tree: Tree, paths: readonly string[]): Promise<FolderContent> {
  const read = await Promise.all(paths.map(async (path) => ({ path, found: await deriveFrom(tree, path, documentsOf(path)) })));
  const objects: FoundObject[] = [];
  const unreadable: { path: string; cause: string }[] = [];
  for (const { path, found = { cause: `${path} is not UTF-8 text` } } of read) {
    if ('cause' in found) unreadable.push({ path, cause: found.cause });
    else objects.push(...found.objects);
  }
  return { objects, unreadable };
}

function documentsOf(path: string): Derived<{ readonly objects: readonly FoundObject[] } | { readonly cause: string }> {
  return {
    what: `the objects of ${path}`,
    make(text) {
      try {
        return { objects: readDocuments(text, path).map((found) => ({ ...found, path })) };
      } catch (error) {
        if (!isPermanent(error)) throw error;
        return { cause: error.message };
      }
    },
  };
}

/** Same group, kind and name; the namespace is the caller's affair. */
export function isNamed(object: KubeObject, { apiVersion, kind, name }: ObjectRef): boolean {
  return groupOf(object.apiVersion) === groupOf(apiVersion) && object.kind === kind && object.metadata.name === name;
}

/** `./apps/shop/` → `apps/shop`; the repository's root is the empty text. */
export function normalisePath(path: string): string {
  return path.split('/').filter((part) => part !== '' && part !== '.').join('/');
}

export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

/** A file of a folder, which may be the repository's root. */
export function under(folder: string, file: string): string {
  return folder === '' ? file : `${folder}/${file}`;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function isHidden(path: string, root: string): boolean {
  return path.slice(root.length).split('/').some((part) => part.startsWith('.'));
}

function isBelow(path: string, folder: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`);
}
