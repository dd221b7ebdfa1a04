import type { Renderer, Tree } from '@fleetmend/ports';

/** What the applying controller reads of a Git repository. */
export interface RepositoryReader {
  /** The commit that a branch points at. */
  head(branch: string): Promise<string>;
  /** Every file below `path` (`''`: all) at that commit, by its path from the repository's root. */
  files(revision: string, path: string): Promise<ReadonlyMap<string, string>>;
  /** The commit that each tag points at. Without it, what names a tag is told that there is none. */
  tags?(): Promise<ReadonlyMap<string, string>>;
  /** For engines that write what they render. Without it, what has to be written is refused. */
  commit?: RepositoryWriter['commit'];
}

/** How a world writes its history. */
export interface RepositoryWriter {
  /** Commits changed files (`null` removes one) on a branch, which it makes where there is none. Answers the new commit. */
  commit(change: {
    readonly branch: string;
    readonly files: ReadonlyMap<string, string | null>;
    readonly message: string;
    readonly author?: { readonly name: string; readonly email: string };
  }): Promise<string>;
}

/** The real programs; what is left out is not installed, and what needs it is refused with that reason. */
export interface Renderers {
  readonly kustomize?: Renderer;
  readonly helm?: Renderer;
}

/** Files in memory as a tree. */
export function treeOver(files: ReadonlyMap<string, string>, revision: string): Tree {
  const paths = [...files.keys()].sort();
  return {
    revision,
    read: async (path) => files.get(path),
    list: async (prefix) => (prefix === '' ? paths : paths.filter((path) => path === prefix || path.startsWith(`${prefix}/`))),
  };
}

/** `./apps/shop/` → `apps/shop`; the root is `''`. Nothing leads above the root. */
export function normalise(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

const KUSTOMIZATION = /^(?:(.*)\/)?(kustomization\.ya?ml|Kustomization)$/;

/** The folder that a kustomization file makes one to build; `undefined` for any other file. */
export function builtFolderOf(file: string): string | undefined {
  const match = KUSTOMIZATION.exec(file);
  return match ? (match[1] ?? '') : undefined;
}

/** The files below a folder. */
export function filesBelow(files: ReadonlyMap<string, string>, folder: string): ReadonlyMap<string, string> {
  return folder === '' ? files : new Map([...files].filter(([file]) => file.startsWith(`${folder}/`)));
}
