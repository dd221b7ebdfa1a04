import { digestOf, PermanentError, shortDigest } from '@fleetmend/kernel';
import type { RepositoryReader, RepositoryWriter } from '../repository.ts';

export interface MemoryRepository extends Omit<RepositoryReader, 'commit'>, RepositoryWriter {
  /** Commits on `main`. */
  write(files: Readonly<Record<string, string | null>>): Promise<string>;
  tag(name: string, commit: string): void;
}

/** A repository of one map per commit. */
export function memoryRepository(): MemoryRepository {
  const branches = new Map<string, string>();
  const tags = new Map<string, string>();
  const commits = new Map<string, ReadonlyMap<string, string>>();
  const repository: MemoryRepository = {
    async head(branch) {
      const head = branches.get(branch);
      if (head === undefined) throw new PermanentError('BranchNotFound', `there is no branch ${branch}`);
      return head;
    },
    async files(revision, path) {
      return new Map([...(commits.get(revision) ?? [])].filter(([file]) => path === '' || file.startsWith(`${path}/`)));
    },
    async commit({ branch, files, message }) {
      const parent = branches.get(branch);
      const tree = new Map(parent === undefined ? [] : commits.get(parent));
      for (const [file, content] of files) {
        if (content === null) tree.delete(file);
        else tree.set(file, content);
      }
      const revision = shortDigest(digestOf([parent ?? '', message, Object.fromEntries(tree)]), 40);
      commits.set(revision, tree);
      branches.set(branch, revision);
      return revision;
    },
    tag: (name, commit) => void tags.set(name, commit),
    tags: async () => tags,
    write: (files) => repository.commit({ branch: 'main', files: new Map(Object.entries(files)), message: 'change' }),
  };
  return repository;
}
