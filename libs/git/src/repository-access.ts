import type { Repository } from '@fleetmend/ports';

/** What somebody needs who applies a repository to a cluster. */
export interface RepositoryReader {
  /** The commit that the branch points at now. @throws PermanentError `BranchNotFound`. */
  head(branch: string): Promise<string>;
  /** Text files below `path` (empty: all) of a commit; keys are paths from the repository's root. */
  files(revision: string, path: string): Promise<ReadonlyMap<string, string>>;
}

export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** What somebody needs who plays a human that pushes. */
export interface RepositoryWriter {
  /** Commits on top of the branch, which is made if need be; `null` deletes a file. Answers the new commit. */
  commit(change: { readonly branch: string; readonly files: ReadonlyMap<string, string | null>; readonly message: string; readonly author?: Identity }): Promise<string>;
}

/** The reader of any repository, a mirror of a real forge included. */
export function repositoryReader(repository: Repository): RepositoryReader {
  return {
    head: (branch) => repository.head(branch),
    async files(revision, path) {
      const tree = await repository.tree(revision);
      const paths = await tree.list(path);
      const contents = await Promise.all(paths.map(async (file) => [file, await tree.read(file)] as const));
      return new Map(contents.flatMap(([file, text]) => (text === undefined ? [] : [[file, text] as const])));
    },
  };
}
