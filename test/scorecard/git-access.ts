import type { RepositoryReader, RepositoryWriter } from '@fleetmend/sandbox';
import type { MemoryGit } from '@fleetmend/testing';

/** How the sandbox's controllers read a repository in memory. */
export function readerOf(git: MemoryGit): RepositoryReader {
  return {
    head: (branch) => git.repository.head(branch),
    commit: writerOf(git).commit,
    async files(revision, path) {
      const tree = await git.repository.tree(revision);
      const files = git.find(revision)?.files ?? new Map<string, string>();
      return new Map((await tree.list(path)).flatMap((file) => (files.has(file) ? [[file, files.get(file) ?? ''] as const] : [])));
    },
  };
}

/** How a story writes its history there. */
export function writerOf(git: MemoryGit): RepositoryWriter {
  return {
    commit: async ({ branch, files, message, author }) => git.commit({ branch, author: author?.name ?? 'somebody', message, files: new Map([...files].map(([path, text]) => [path, text ?? undefined])) }).sha,
  };
}
