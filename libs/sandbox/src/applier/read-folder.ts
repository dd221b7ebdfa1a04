import { isPermanent, messageOf, PermanentError } from '@fleetmend/kernel';
import type { KubeObject } from '../objects.ts';
import { readManifests } from './manifests.ts';
import { builtFolderOf, filesBelow, normalise, treeOver } from './repository.ts';
import type { Renderers } from './repository.ts';

/**
 * The objects of a folder: built where it holds a `kustomization.yaml`, else every document of every manifest below it.
 * @throws PermanentError `BuildFailed`
 */
export async function readFolderOf({ files, path, renderers = {} }: { readonly files: ReadonlyMap<string, string>; readonly path: string; readonly renderers?: Renderers }): Promise<readonly KubeObject[]> {
  const folder = normalise(path);
  const below = filesBelow(files, folder);
  if (below.size === 0) throw new PermanentError('BuildFailed', `there is no folder ${folder || '/'}: check the path`);
  try {
    if (![...below.keys()].some((file) => builtFolderOf(file) === folder)) return readManifests(below);
    if (!renderers.kustomize) throw new PermanentError('BuildFailed', `${folder || '/'} has a kustomization.yaml, and no kustomize binary was found to build it: put kustomize on the PATH`);
    return (await renderers.kustomize.render({ tree: treeOver(files, ''), path: folder })) as readonly KubeObject[];
  } catch (error) {
    if (!isPermanent(error)) throw error;
    throw new PermanentError('BuildFailed', messageOf(error), { cause: error });
  }
}
