import { PermanentError, digestOf, shortDigest, type Clock } from '@fleetmend/kernel';
import type { CommitInfo, Repository, Tree } from '@fleetmend/ports';

export interface MemoryCommit extends CommitInfo {
  readonly files: ReadonlyMap<string, string>;
}

export interface NewCommit {
  readonly branch: string;
  /** Where the branch starts when it is new, and what it must point at when it is not. Absent: wherever it points now. */
  readonly parents?: readonly string[];
  /** Changed files; `undefined` deletes one. */
  readonly files: ReadonlyMap<string, string | undefined>;
  readonly author: string;
  readonly message: string;
}

/** One Git repository in memory: commits with whole trees, and branches. */
export interface MemoryGit {
  readonly repository: Repository;
  commit(commit: NewCommit): MemoryCommit;
  find(sha: string): MemoryCommit | undefined;
  /** The commit a branch points at; undefined: there is no such branch. */
  tip(branch: string): MemoryCommit | undefined;
  isAncestor(ancestor: string, descendant: string): boolean;
  /** The newest commit that both can reach. */
  mergeBase(a: string, b: string): MemoryCommit | undefined;
  onPush(listener: (branch: string) => void): void;
}

/** A repository with a first commit. */
export function memoryGit(clock: Pick<Clock, 'now'>, files: ReadonlyMap<string, string> = new Map(), branch = 'main'): MemoryGit {
  const git = emptyGit(clock);
  git.commit({ branch, parents: [], files, author: 'somebody', message: 'start' });
  return git;
}

/** A repository without any commit. */
export function emptyGit(clock: Pick<Clock, 'now'>): MemoryGit {
  const commits = new Map<string, MemoryCommit>();
  const branches = new Map<string, string>();
  const trees = new Map<string, Tree>();
  const listeners: ((branch: string) => void)[] = [];

  const find = (sha: string) => commits.get(sha);
  const tip = (name: string) => find(branches.get(name) ?? '');

  const history = function* (from: string): Generator<MemoryCommit> {
    const seen = new Set<string>();
    const next = [from];
    while (next.length > 0) {
      const found = find(next.shift() ?? '');
      if (found === undefined || seen.has(found.sha)) continue;
      seen.add(found.sha);
      yield found;
      next.push(...found.parents);
    }
  };

  const isAncestor = (ancestor: string, descendant: string): boolean => {
    for (const commit of history(descendant)) if (commit.sha === ancestor) return true;
    return false;
  };

  /** What was the branch's head, one after the other: merges by their first parent. */
  const mainline = function* (from: string): Generator<MemoryCommit> {
    for (let found = find(from); found !== undefined; found = find(found.parents[0] ?? '')) yield found;
  };

  /** Against the first parent; `path` is a file, a folder, or everything. */
  const touches = (commit: MemoryCommit, path: string): boolean => {
    const before = find(commit.parents[0] ?? '')?.files ?? new Map<string, string>();
    return [...new Set([...before.keys(), ...commit.files.keys()])].some((file) => isBelow(file, path) && before.get(file) !== commit.files.get(file));
  };

  const repository: Repository = {
    async head(name) {
      const found = tip(name);
      if (found === undefined) throw new PermanentError('BranchNotFound', `there is no branch ${name}: check the branch of the RepoBinding`);
      return found.sha;
    },
    async tree(revision) {
      const found = find(revision);
      if (found === undefined) throw new PermanentError('RevisionNotFound', `there is no commit ${revision}: it may have been force-pushed away`);
      const known = trees.get(revision) ?? treeOf(found);
      trees.set(revision, known);
      return known;
    },
    async treeId(revision) {
      return shortDigest(digestOf([...(find(revision)?.files ?? [])].sort()), 40);
    },
    log: async (revision, path, limit) => {
      const found: CommitInfo[] = [];
      for (const commit of mainline(revision)) {
        if (found.length >= limit) break;
        if ([path].flat().some((each) => touches(commit, each))) found.push(commit);
      }
      return found;
    },
    isAncestor: async (ancestor, descendant) => isAncestor(ancestor, descendant),
  };

  const commit = ({ branch: name, parents, files: changed, author, message }: NewCommit): MemoryCommit => {
    const from = parents ?? [tip(name)?.sha ?? ''].filter(Boolean);
    const tree = new Map(find(from[0] ?? '')?.files);
    for (const [path, text] of changed) {
      if (text === undefined) tree.delete(path);
      else tree.set(path, text);
    }
    const at = clock.now();
    const sha = shortDigest(digestOf([commits.size, from, author, message, at, [...tree]]), 40);
    const made: MemoryCommit = { sha, parents: from, author, message, at, files: tree };
    commits.set(sha, made);
    branches.set(name, sha);
    listeners.forEach((listener) => listener(name));
    return made;
  };

  return {
    repository,
    commit,
    find,
    tip,
    isAncestor,
    mergeBase(a, b) {
      for (const candidate of history(b)) if (isAncestor(candidate.sha, a)) return candidate;
      return undefined;
    },
    onPush: (listener) => void listeners.push(listener),
  };
}

function isBelow(file: string, path: string): boolean {
  const folder = path.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
  return folder === '' || folder === '.' || file === folder || file.startsWith(`${folder}/`);
}

function treeOf({ sha, files }: MemoryCommit): Tree {
  const paths = [...files.keys()].sort();
  return {
    revision: sha,
    read: async (path) => files.get(path),
    list: async (prefix) => paths.filter((path) => isBelow(path, prefix)),
  };
}
