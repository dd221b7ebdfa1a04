import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Git, checkSha } from '@fleetmend/git';
import { PermanentError } from '@fleetmend/kernel';

/** A commit as it lies in a clone, with what it changes. */
export interface PushedCommit {
  readonly object: Buffer;
  readonly parents: readonly string[];
  readonly message: string;
  /** `Text`: a plain file was made or got other bytes; `Other`: removed, made executable, turned into a link, … */
  readonly changes: readonly { readonly path: string; readonly kind: 'Text' | 'Other' }[];
  /** Contents after the commit, of the changed plain files. */
  readonly files: ReadonlyMap<string, string>;
}

/** The Git folder of a clone, bare or not. @throws PermanentError `NoClone`. */
export function gitDirOf(dir: string): string {
  const found = [join(dir, '.git'), dir].find((each) => existsSync(join(each, 'HEAD')));
  if (found === undefined) throw new PermanentError('NoClone', `${dir} is no clone of a repository: name one with --git-dir`);
  return found;
}

/**
 * Reads, and changes nothing in the clone.
 * @throws PermanentError `CommitNotFound` with what to fetch.
 */
export async function readPushedCommit({ git, dir, sha, branch }: { readonly git: Git; readonly dir: string; readonly sha: string; readonly branch: string }): Promise<PushedCommit> {
  const { code, stdout: object } = await git.run({ dir, args: ['cat-file', 'commit', checkSha(sha)], codes: [0, 1, 128] });
  if (code !== 0) throw new PermanentError('CommitNotFound', `${dir} does not hold ${sha}: run \`git fetch origin ${branch}\` there first`);
  const headersEnd = object.indexOf('\n\n');
  const parents = object.toString('utf8', 0, headersEnd).split('\n').flatMap((line) => (line.startsWith('parent ') ? [line.slice(7)] : []));
  const changes = parents[0] === undefined ? [] : await readChanges({ git, dir, from: parents[0], to: sha });
  const files = new Map<string, string>();
  for (const { path, kind } of changes) {
    if (kind === 'Text') files.set(path, (await git.run({ dir, args: ['cat-file', 'blob', `${sha}:${path}`] })).stdout.toString());
  }
  return { object, parents, message: object.toString('utf8', headersEnd + 2), changes, files };
}

/** Undefined: the clone does not know the branch. */
export async function findHead({ git, dir, branch }: { readonly git: Git; readonly dir: string; readonly branch: string }): Promise<string | undefined> {
  for (const ref of [`refs/remotes/origin/${branch}`, `refs/heads/${branch}`]) {
    const { code, stdout } = await git.run({ dir, args: ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`], codes: [0, 1] });
    if (code === 0) return stdout.toString().trim();
  }
  return undefined;
}

/** `git diff-tree` in its raw form: modes, objects and a letter, then the path. */
async function readChanges({ git, dir, from, to }: { readonly git: Git; readonly dir: string; readonly from: string; readonly to: string }): Promise<PushedCommit['changes']> {
  const { stdout } = await git.run({ dir, args: ['diff-tree', '-r', '-z', '--no-renames', checkSha(from), checkSha(to)] });
  const parts = stdout.toString().split('\0');
  return parts.flatMap((head, index) => {
    const [, before, after] = /^:(\d+) (\d+) /.exec(head) ?? [];
    const path = parts[index + 1];
    if (before === undefined || after === undefined || path === undefined) return [];
    const isText = (after === '100644' && before === '000000') || (before === after && (after === '100644' || after === '100755'));
    return [{ path, kind: isText ? ('Text' as const) : ('Other' as const) }];
  });
}
