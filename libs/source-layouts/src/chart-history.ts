import { isPermanent } from '@fleetmend/kernel';
import { valueAt } from '@fleetmend/manifest';
import type { KubeObject } from '@fleetmend/model';
import type { Renderer, Tree } from '@fleetmend/ports';
import { renderHelm, type Release } from './helm-release.ts';
import { isNamed } from './manifest-folder.ts';
import { saysSame } from './one-by-one.ts';

interface Asked {
  readonly tree: Tree;
  readonly earlier: readonly Tree[];
  /** Folder of the chart. */
  readonly folder: string;
  readonly object: KubeObject;
  readonly path: readonly string[];
}

/** The revision of an earlier state of the chart that, with everything else as it is now, renders another value of the field. */
export async function chartThatSaysOtherwise({ renderer, open }: { readonly renderer: Renderer; readonly open: (tree: Tree) => Promise<Release | undefined> }, { tree, earlier, folder, object, path }: Asked): Promise<string | undefined> {
  const seen = new Set([await textOf(tree, folder)]);
  for (const before of earlier) {
    const text = await textOf(before, folder);
    if (seen.has(text)) continue;
    seen.add(text);
    const mixed = withFolderOf(tree, before, folder);
    try {
      const release = await open(mixed);
      const found = release && (await renderHelm(renderer, release, mixed)).find((one) => isNamed(one, { apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name }));
      if (found && !saysSame(valueAt(found, path), valueAt(object, path))) return before.revision;
    } catch (error) {
      // What cannot be rendered with today's values says nothing of them.
      if (!isPermanent(error)) throw error;
    }
  }
  return undefined;
}

async function textOf(tree: Tree, folder: string): Promise<string> {
  const paths = await tree.list(folder);
  return JSON.stringify(await Promise.all(paths.map(async (path) => [path, await tree.read(path)])));
}

/** The tree, with one folder as it was in another. */
function withFolderOf(tree: Tree, other: Tree, folder: string): Tree {
  const isInside = (path: string) => folder === '' || path.startsWith(`${folder}/`);
  return {
    revision: tree.revision,
    read: (path) => (isInside(path) ? other : tree).read(path),
    async list(prefix) {
      const kept = (await tree.list(prefix)).filter((path) => !isInside(path));
      return [...kept, ...(await other.list(prefix)).filter(isInside)].sort();
    },
  };
}
