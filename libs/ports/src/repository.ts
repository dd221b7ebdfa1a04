import { sha256 } from '@fleetmend/kernel';
import type { FileEdit } from '@fleetmend/model';
import type { OtherSource, ShownChart } from './elsewhere.ts';
import type { ChartReference } from './rendering.ts';
import type { TreeQuestion } from './traced-tree.ts';

/** All files of one revision, read on demand; they do not change. Paths are relative, with forward slashes. */
export interface Tree {
  readonly revision: string;
  /** Undefined: no such file. Text is UTF-8; a file that is not reads as undefined. */
  read(path: string): Promise<string | undefined>;
  /** Paths of all files below `prefix` (a folder, or empty for all), sorted. */
  list(prefix: string): Promise<readonly string[]>;
  /** Digest of a file's bytes, known without reading it: where two are equal, so are the bytes. Undefined: no such file. */
  digest?(path: string): string | undefined;
  /** What `make` makes of a file's text and of nothing else, remembered by the file's digest; nobody may change it. Undefined: no such file. */
  derive?<T>(path: string, derived: Derived<T>): Promise<T | undefined>;
  /** The tree that it is but for these files: what was found out about that one need not be found out again. */
  readonly over?: { readonly tree: Tree; readonly edits: ReadonlyMap<string, string> };
  /** The answer to a question about all of it; see {@link traced}. */
  ask?<T>(question: TreeQuestion<T>): Promise<T>;
  /** See `folderOfSource`, which asks it. */
  elsewhere?(source: OtherSource): Promise<string | undefined>;
  /** See `folderOfChart`, which asks it. */
  chart?(reference: ChartReference): Promise<ShownChart>;
  /** Where it shows other repositories, too: the tree of its own. There is one for a commit, and whatever is remembered of it is kept there. */
  readonly alone?: Tree;
}

export interface Derived<T> {
  /** Equal names make the same of the same text. */
  readonly what: string;
  make(text: string): T;
}

export interface CommitInfo {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly author: string;
  readonly message: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** Where a repository can be fetched from, as its forge says. `authorization` is a header value and never logged. */
export interface Remote {
  readonly url: string;
  readonly authorization?: string;
}

/** Reading one Git repository through a bare mirror of ours. Never writes to the remote. */
export interface Repository {
  /** Fetches, and answers the commit that `branch` points at; throws PermanentError `BranchNotFound`. */
  head(branch: string): Promise<string>;
  tree(revision: string): Promise<Tree>;
  /** Git's own id of the commit's tree: equal trees hold equal files. */
  treeId(revision: string): Promise<string>;
  /** Commits that touched `path`, or any of several, newest first, at most `limit`: those that were the branch's head, a merge as one. */
  log(revision: string, path: string | readonly string[], limit: number): Promise<readonly CommitInfo[]>;
  /** True when `ancestor` is `descendant` or reachable from it. Unknown commits are fetched first, then false. */
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
}

/** Mirrors by remote; keeps one per repository, serialises access to it. */
export interface Repositories {
  open(remote: Remote, name: string): Promise<Repository>;
}

/** A tree with some files replaced, without touching anything on disk. */
export function overlay(tree: Tree, edits: ReadonlyMap<string, string>): Tree {
  return {
    revision: tree.revision,
    over: { tree, edits },
    read: async (path) => edits.get(path) ?? tree.read(path),
    list: async (prefix) => {
      const base = await tree.list(prefix);
      const extra = [...edits.keys()].filter((path) => (prefix === '' || path === prefix || path.startsWith(`${prefix}/`)) && !base.includes(path));
      return extra.length === 0 ? base : [...base, ...extra].sort();
    },
    digest: (path) => {
      const text = edits.get(path);
      return text === undefined ? tree.digest?.(path) : sha256(text);
    },
    derive: async (path, derived) => {
      const text = edits.get(path);
      return text === undefined ? deriveFrom(tree, path, derived) : derived.make(text);
    },
    ...(tree.elsewhere ? { elsewhere: tree.elsewhere } : {}),
    ...(tree.chart ? { chart: tree.chart } : {}),
  };
}

/** What is made of a file's text, by the tree that remembers it where it can. Undefined: no such file. */
export async function deriveFrom<T>(tree: Tree, path: string, derived: Derived<T>): Promise<T | undefined> {
  if (tree.derive) return tree.derive(path, derived);
  const text = await tree.read(path);
  return text === undefined ? undefined : derived.make(text);
}

/** The tree as it is with the edits. */
export function withEdits(tree: Tree, edits: readonly FileEdit[]): Tree {
  return overlay(tree, new Map(edits.map(({ path, after }) => [path, after])));
}

/** Edits, and later ones on top of them, as edits of what was there before both. */
export function together(first: readonly FileEdit[], second: readonly FileEdit[]): readonly FileEdit[] {
  const later = new Map(second.map((edit) => [edit.path, edit]));
  const both = first.map((edit) => ({ ...edit, after: later.get(edit.path)?.after ?? edit.after }));
  return [...both, ...second.filter(({ path }) => !first.some((edit) => edit.path === path))];
}
