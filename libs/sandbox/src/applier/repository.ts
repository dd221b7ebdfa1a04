import type { KubeObject } from '../objects.ts';

/** What the applying controller reads of a Git repository. */
export interface RepositoryReader {
  /** The commit that a branch points at. */
  head(branch: string): Promise<string>;
  /** Every file below `path` (`''`: all) at that commit, by its path from the repository's root. */
  files(revision: string, path: string): Promise<ReadonlyMap<string, string>>;
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

/** Builds a folder that has a `kustomization.yaml`. `files` are all files of the repository, `path` is the folder. */
export type RenderKustomization = (files: ReadonlyMap<string, string>, path: string) => Promise<readonly KubeObject[]>;
