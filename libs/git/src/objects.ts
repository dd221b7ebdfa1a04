import { PermanentError, boundedCache } from '@fleetmend/kernel';
import type { CommitInfo, Derived, Tree } from '@fleetmend/ports';
import { checkSha } from './names.ts';
import { type Git, GitError } from './program.ts';

/** One file of a tree. Links and submodules are no files: what they lead to is not in the tree. */
export interface TreeEntry {
  readonly mode: string;
  readonly blob: string;
  readonly size: number;
}

export interface LogQuery {
  readonly from: string;
  readonly without?: string;
  readonly path?: string | readonly string[];
  readonly limit: number;
  /** A merge counts as one commit, by what it brought, and what it merged does not show: each was the branch's head once, in this order. */
  readonly mainline?: boolean;
}

/** Reads what is already in a bare repository, never touching refs or the network. */
export interface Objects {
  has(commit: string): Promise<boolean>;
  entries(commit: string): Promise<ReadonlyMap<string, TreeEntry>>;
  tree(commit: string): Promise<Tree>;
  treeId(commit: string): Promise<string>;
  log(query: LogQuery): Promise<readonly CommitInfo[]>;
  /** Undefined: one of the two is not here. */
  isAncestor(ancestor: string, descendant: string): Promise<boolean | undefined>;
}

const FILE_LIMIT = 4 * 1024 * 1024;
const BLOB_CACHE = 64 * 1024 * 1024;
/** What is made of a text takes more room than the text: about so many times. */
const DERIVED_WEIGHT = 8;
const TREE_CACHE_ENTRIES = 100_000;

export function readObjects(git: Git, dir: string): Objects {
  const blobs = boundedCache<Uint8Array>(BLOB_CACHE);
  const derived = boundedCache<{ readonly value: unknown }>(BLOB_CACHE);
  const trees = boundedCache<{ readonly files: ReadonlyMap<string, TreeEntry>; readonly tree: Tree }>(TREE_CACHE_ENTRIES);
  const present = boundedCache<true>(10_000);
  const readBlob = batchedReader(git, dir);

  const open = async (commit: string): Promise<{ readonly files: ReadonlyMap<string, TreeEntry>; readonly tree: Tree }> => {
    const cached = trees.get(checkSha(commit));
    if (cached) return cached;
    const { stdout } = await git.run({ dir, args: ['ls-tree', '-r', '-z', '-l', '--full-tree', commit] });
    const files = parseTree(stdout.toString());
    const opened = { files, tree: treeOf(commit, files) };
    trees.set(commit, opened, files.size + 1);
    return opened;
  };

  const textOf = async ({ blob, size }: TreeEntry): Promise<string | undefined> => {
    if (size > FILE_LIMIT) return undefined;
    const cached = blobs.get(blob);
    const bytes = cached ?? (await readBlob(blob));
    if (!cached) blobs.set(blob, bytes, bytes.length + 100);
    return decode(bytes);
  };

  /** One and the same for a commit for as long as it is kept: whatever is remembered of a tree stays with it. */
  const treeOf = (commit: string, files: ReadonlyMap<string, TreeEntry>): Tree => {
    const paths = [...files.keys()].sort();
    return {
      revision: commit,
      read: async (path) => {
        const entry = files.get(path);
        return entry && textOf(entry);
      },
      list: async (prefix) => (prefix === '' ? paths : pathsBelow(paths, prefix)),
      digest: (path) => files.get(path)?.blob,
      async derive<T>(path: string, { what, make }: Derived<T>) {
        const entry = files.get(path);
        if (!entry) return undefined;
        const key = `${entry.blob} ${what}`;
        const known = derived.get(key);
        if (known) return known.value as T;
        const text = await textOf(entry);
        if (text === undefined) return undefined;
        const value = make(text);
        derived.set(key, { value }, 200 + (Array.isArray(value) && value.length === 0 ? 0 : entry.size * DERIVED_WEIGHT));
        return value;
      },
    };
  };

  return {
    entries: async (commit) => (await open(commit)).files,
    async has(commit) {
      if (present.get(checkSha(commit))) return true;
      const found = (await git.run({ dir, args: ['cat-file', '-e', `${commit}^{commit}`], codes: [0, 1, 128] })).code === 0;
      if (found) present.set(commit, true, 1);
      return found;
    },
    tree: async (commit) => (await open(commit)).tree,
    async treeId(commit) {
      return (await git.run({ dir, args: ['rev-parse', '--verify', `${checkSha(commit)}^{tree}`] })).stdout.toString().trim();
    },
    async log({ from, without, path, limit, mainline = false }) {
      const range = [checkSha(from), ...(without === undefined ? [] : [`^${checkSha(without)}`])];
      const args = ['log', '-z', '--format=%H%x1f%P%x1f%ct%x1f%an <%ae>%x1f%B', `--max-count=${limit}`, ...(mainline ? ['--first-parent'] : []), ...range, '--', ...[path ?? []].flat().filter((each) => each !== '')];
      return parseLog((await git.run({ dir, args })).stdout.toString());
    },
    async isAncestor(ancestor, descendant) {
      const { code, stderr } = await git.run({ dir, args: ['merge-base', '--is-ancestor', checkSha(ancestor), checkSha(descendant)], codes: [0, 1, 128] });
      if (code === 128 && !/not a valid commit name|not a git repository/i.test(stderr)) throw new GitError(`git merge-base failed in ${dir}: ${stderr.trim()}`, stderr);
      return code === 128 ? undefined : code === 0;
    },
  };
}

/** Those of sorted paths that are `prefix` or lie below it. */
function pathsBelow(paths: readonly string[], prefix: string): readonly string[] {
  const folder = `${prefix}/`;
  const start = firstAtOrAfter(paths, folder);
  let end = start;
  while (end < paths.length && paths[end]?.startsWith(folder) === true) end += 1;
  const own = firstAtOrAfter(paths, prefix);
  return paths[own] === prefix ? [prefix, ...paths.slice(start, end)] : paths.slice(start, end);
}

function firstAtOrAfter(sorted: readonly string[], wanted: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function parseTree(listing: string): ReadonlyMap<string, TreeEntry> {
  const files = new Map<string, TreeEntry>();
  for (const line of listing.split('\0')) {
    const match = /^(100644|100755|100664) blob ([0-9a-f]+) +(\d+)\t(.+)$/s.exec(line);
    const [, mode, blob, size, path] = match ?? [];
    if (mode && blob && size && path) files.set(path, { mode, blob, size: Number(size) });
  }
  return files;
}

function parseLog(output: string): readonly CommitInfo[] {
  return output.split('\0').flatMap((record) => {
    // The author and the message are whatever somebody wrote: nothing that follows them may be trusted to stand where it should.
    const [sha, parents, seconds, author, message] = record.split('\x1f');
    if (!sha || parents === undefined || author === undefined || seconds === undefined || message === undefined) return [];
    return [{ sha, parents: parents === '' ? [] : parents.split(' '), author, message: message.replace(/\n+$/, ''), at: Number(seconds) * 1000 }];
  });
}

/** UTF-8 with a byte order mark kept, since an edit must not lose it; undefined for other bytes. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Whatever is asked for in one turn of the event loop is read by one `git cat-file --batch`. */
function batchedReader(git: Git, dir: string): (blob: string) => Promise<Uint8Array> {
  let waiting = new Map<string, { readonly resolve: (bytes: Uint8Array) => void; readonly reject: (error: unknown) => void }[]>();
  const flush = async () => {
    const batch = waiting;
    waiting = new Map();
    try {
      const { stdout } = await git.run({ dir, args: ['cat-file', '--batch'], input: `${[...batch.keys()].join('\n')}\n` });
      const contents = parseBatch(stdout);
      for (const [blob, callers] of batch) {
        const bytes = contents.get(blob);
        for (const { resolve, reject } of callers) {
          if (bytes) resolve(bytes);
          else reject(new Error(`object ${blob} is missing in ${dir}: the repository is damaged`));
        }
      }
    } catch (error) {
      for (const { reject } of [...batch.values()].flat()) reject(error);
    }
  };
  return (blob) =>
    new Promise((resolve, reject) => {
      if (waiting.size === 0) setImmediate(() => void flush());
      waiting.set(blob, [...(waiting.get(blob) ?? []), { resolve, reject }]);
    });
}

function parseBatch(output: Buffer): ReadonlyMap<string, Uint8Array> {
  const contents = new Map<string, Uint8Array>();
  let at = 0;
  while (at < output.length) {
    const lineEnd = output.indexOf(10, at);
    const [blob, type, size] = output.toString('latin1', at, lineEnd).split(' ');
    at = lineEnd + 1;
    if (!blob || type !== 'blob') continue;
    contents.set(blob, output.subarray(at, at + Number(size)));
    at += Number(size) + 1;
  }
  return contents;
}

/** @throws PermanentError `CommitNotFound`. */
export function missingCommit(name: string, commit: string): PermanentError {
  return new PermanentError('CommitNotFound', `${name} has no commit ${commit}: it may have been removed by a force-push`);
}
