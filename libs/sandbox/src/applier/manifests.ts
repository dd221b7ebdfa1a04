import { messageOf, PermanentError } from '@fleetmend/kernel';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../objects.ts';
import type { RenderKustomization, RepositoryReader } from './repository.ts';

const KUSTOMIZATION = /(^|\/)(kustomization\.ya?ml|Kustomization)$/;

/** A folder at a commit. */
export interface Folder {
  readonly repository: RepositoryReader;
  readonly revision: string;
  readonly path: string;
  readonly render: RenderKustomization | undefined;
}

/** What a folder holds at a commit never changes: the last few are remembered. */
export interface FolderCache {
  read(folder: Folder): Promise<readonly KubeObject[]>;
}

const REMEMBERED = 16;

export function folderCache(): FolderCache {
  const known = new WeakMap<RepositoryReader, Map<string, readonly KubeObject[]>>();
  return {
    async read(folder) {
      const ofRepository = known.get(folder.repository) ?? new Map<string, readonly KubeObject[]>();
      known.set(folder.repository, ofRepository);
      const key = `${folder.revision}:${normalise(folder.path)}`;
      const before = ofRepository.get(key);
      if (before) return before;
      const objects = await readFolder(folder);
      ofRepository.set(key, objects);
      for (const oldest of [...ofRepository.keys()].slice(0, Math.max(0, ofRepository.size - REMEMBERED))) ofRepository.delete(oldest);
      return objects;
    },
  };
}

/**
 * The objects of a folder: built where it holds a `kustomization.yaml`, else every document of every YAML file below it.
 * @throws PermanentError `BuildFailed` naming the file and what is wrong with it.
 */
export async function readFolder({ repository, revision, path, render }: Folder): Promise<readonly KubeObject[]> {
  const folder = normalise(path);
  const isBuilt = (files: ReadonlyMap<string, string>) => [...files.keys()].some((file) => KUSTOMIZATION.test(file) && parentOf(file) === folder);
  const files = await repository.files(revision, folder);
  if (files.size === 0) throw new PermanentError('BuildFailed', `the repository has no folder ${folder || '/'} at ${revision.slice(0, 7)}: check the path`);
  if (!isBuilt(files)) return readManifests(files);
  if (!render) throw new PermanentError('BuildFailed', `${folder || '/'} has a kustomization.yaml, and no kustomize binary was found to build it: put kustomize on the PATH`);
  try {
    return await render(await repository.files(revision, ''), folder);
  } catch (error) {
    throw new PermanentError('BuildFailed', `kustomize build of ${folder || '/'} failed: ${messageOf(error)}`);
  }
}

/** The same from files that stand in no repository yet. @throws PermanentError `BuildFailed` */
export async function readFolderOf({ files, path, render }: { readonly files: ReadonlyMap<string, string>; readonly path: string; readonly render?: RenderKustomization | undefined }): Promise<readonly KubeObject[]> {
  const below = async (_: string, folder: string) => new Map([...files].filter(([file]) => folder === '' || file === folder || file.startsWith(`${folder}/`)));
  return readFolder({ repository: { head: async () => '', files: below }, revision: 'these files', path, render });
}

/** @throws PermanentError `BuildFailed` */
export function readManifests(files: ReadonlyMap<string, string>): readonly KubeObject[] {
  return [...files]
    .filter(([file]) => /\.(ya?ml|json)$/.test(file) && !file.split('/').some((part) => part.startsWith('.')))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([file, text]) => readManifest(file, text));
}

function readManifest(file: string, text: string): readonly KubeObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [problem] = 'errors' in document ? document.errors : [];
    if (problem) throw new PermanentError('BuildFailed', `${file} is not valid YAML: ${problem.message.split('\n')[0] ?? ''}`);
    const value: unknown = document.toJS();
    return value === null || value === undefined ? [] : readObject(file, value);
  });
}

function readObject(file: string, value: unknown): readonly KubeObject[] {
  if (!isRecord(value) || typeof value['apiVersion'] !== 'string' || typeof value['kind'] !== 'string') {
    throw new PermanentError('BuildFailed', `${file} holds a document without apiVersion and kind: only Kubernetes objects may stand in a deployed folder`);
  }
  const items = value['items'];
  if (value['kind'].endsWith('List') && Array.isArray(items)) return items.flatMap((item: unknown) => readObject(file, item));
  const { metadata } = value;
  if (!isRecord(metadata) || typeof metadata['name'] !== 'string') throw new PermanentError('BuildFailed', `${file} holds a ${value['kind']} without metadata.name`);
  return [value as unknown as KubeObject];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `./apps/shop/` → `apps/shop`; the root is `''`. */
export function normalise(path: string): string {
  return path.split('/').filter((part) => part !== '' && part !== '.').join('/');
}

function parentOf(file: string): string {
  return file.split('/').slice(0, -1).join('/');
}
