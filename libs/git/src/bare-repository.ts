import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, type Instant, PermanentError } from '@fleetmend/kernel';
import type { CommitInfo, Tree } from '@fleetmend/ports';
import { renderImport } from './fast-import.ts';
import { branchRef, checkFilePath, checkSha } from './names.ts';
import { isWhole, makeRepository } from './make-repository.ts';
import { missingCommit, readObjects, type LogQuery } from './objects.ts';
import { type Git, GitError } from './program.ts';
import type { Identity, RepositoryReader, RepositoryWriter } from './repository-access.ts';
import { signCommit } from './signed-commit.ts';
import type { SshSigner } from './ssh-signature.ts';
import { removeStaleLocks } from './stale-locks.ts';

export interface NewCommit {
  /** Undefined: the first commit. */
  readonly parent: string | undefined;
  readonly files: ReadonlyMap<string, string | null>;
  readonly message: string;
  readonly author: Identity;
  readonly at: Instant;
  /** Left out: the commit is not signed. */
  readonly signer?: SshSigner | undefined;
}

export interface NewMerge {
  readonly base: string;
  readonly head: string;
  /** `Squash`: one commit on top of the base; `Merge`: a commit with both as parents. */
  readonly method: 'Squash' | 'Merge';
  readonly message: string;
  readonly author: Identity;
  readonly at: Instant;
  readonly signer?: SshSigner | undefined;
}

/**
 * A bare repository of our own, written without a worktree. Commits and merges make objects only; a branch moves by
 * compare-and-swap, so that a crash at any point leaves either the old state or the new one.
 */
export interface BareRepository extends RepositoryReader, RepositoryWriter {
  readonly path: string;
  findHead(branch: string): Promise<string | undefined>;
  branches(): Promise<ReadonlyMap<string, string>>;
  /** The branch that HEAD names. */
  defaultBranch(): Promise<string>;
  tree(revision: string): Promise<Tree>;
  /** Id of the commit's tree: equal trees hold equal files. */
  treeId(revision: string): Promise<string>;
  has(commit: string): Promise<boolean>;
  /** The bytes of the commit object itself, which its id and its signature are made over. */
  commitObject(commit: string): Promise<Buffer>;
  log(query: LogQuery): Promise<readonly CommitInfo[]>;
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  /** True when the two can be merged without a conflict. */
  merges(base: string, head: string): Promise<boolean>;
  /** Makes the objects of a commit that no branch knows yet. Equal input gives an equal id. */
  createCommit(commit: NewCommit): Promise<string>;
  /** Makes the merge's objects; undefined: the two conflict, or have no history in common. */
  createMerge(merge: NewMerge): Promise<string | undefined>;
  /** Moves, makes (`from` undefined) or removes (`to` undefined) a branch if it still is where it was; false: it is not. Blocks. */
  moveBranch(move: { readonly branch: string; readonly from: string | undefined; readonly to: string | undefined }): boolean;
}

export interface BareRepositoryOptions {
  readonly path: string;
  readonly git: Git;
  readonly clock: Clock;
  /** Branch that HEAD names in a repository made now. */
  readonly defaultBranch?: string;
  /** Author where a commit names none. */
  readonly author?: Identity;
}

const NOBODY: Identity = { name: 'GitOps author', email: 'author@fleet.local' };
const NO_COMMIT = '0'.repeat(40);

/**
 * What a ref's own file says, without asking git: a branch's head is read far more often than everything else together. Undefined: it
 * has no file (it is packed, or is not there), or says something else than a commit; then git knows. See gitrepository-layout(5).
 */
function readLooseRef(path: string, ref: string): string | undefined {
  try {
    return /^([0-9a-f]{40})\n$/.exec(readFileSync(join(path, ref), 'latin1'))?.[1];
  } catch {
    return undefined;
  }
}

/** Opens the repository, making it if it is not there. */
export async function openBareRepository({ path, git, clock, defaultBranch = 'main', author = NOBODY }: BareRepositoryOptions): Promise<BareRepository> {
  if (!existsSync(path)) await makeRepository({ git, path, branch: defaultBranch });
  removeStaleLocks(path);
  // Adds what a copy or a backup has lost; a whole one is not written to.
  if (!isWhole(path)) await git.run({ args: ['init', '--quiet', '--bare', '--template=', `--initial-branch=${defaultBranch}`, path] });
  const objects = readObjects(git, path);

  const findHead = async (branch: string): Promise<string | undefined> => {
    const loose = readLooseRef(path, branchRef(branch));
    if (loose !== undefined) return loose;
    const { code, stdout } = await git.run({ dir: path, args: ['rev-parse', '--verify', '--quiet', `${branchRef(branch)}^{commit}`], codes: [0, 1] });
    return code === 0 ? stdout.toString().trim() : undefined;
  };

  const commitObject = async (commit: string): Promise<Buffer> => (await git.run({ dir: path, args: ['cat-file', 'commit', checkSha(commit)] })).stdout;

  const signed = async (commit: string, signer: SshSigner | undefined): Promise<string> => {
    if (!signer) return commit;
    const input = signCommit(await commitObject(commit), signer);
    return checkSha((await git.run({ dir: path, args: ['hash-object', '-t', 'commit', '-w', '--stdin'], input })).stdout.toString().trim());
  };

  const createCommit = async ({ parent, files, message, author: by, at, signer }: NewCommit): Promise<string> => {
    for (const file of files.keys()) checkFilePath(file);
    const existing = parent === undefined ? new Map() : await objects.entries(parent);
    const ref = `refs/incoming/${randomUUID()}`; // fast-import wants one; it is gone again before anybody looks
    const input = renderImport({ ref, parent, files, message, author: by, at, existing });
    const { stdout } = await git.run({ dir: path, args: ['fast-import', '--quiet', '--done', '--date-format=raw'], input });
    await git.run({ dir: path, args: ['update-ref', '-d', ref] });
    return signed(checkSha(stdout.toString().trim()), signer);
  };

  const mergeTrees = async (base: string, head: string): Promise<string | undefined> => {
    const { code, stdout, stderr } = await git.run({ dir: path, args: ['merge-tree', '--write-tree', '--no-messages', checkSha(base), checkSha(head)], codes: [0, 1, 128, 129] });
    if (code === 129) throw new PermanentError('GitTooOld', `this git cannot merge without a worktree: install git 2.38 or newer (${stderr.split('\n', 1)[0] ?? ''})`);
    if (code === 128 && !stderr.includes('unrelated histories')) throw new GitError(`git merge-tree failed in ${path}: ${stderr.trim()}`, stderr);
    return code !== 0 ? undefined : checkSha(stdout.toString().trim());
  };

  const moveBranch: BareRepository['moveBranch'] = ({ branch, from, to }) => {
    const ref = branchRef(branch);
    const args = to === undefined ? ['update-ref', '-d', ref, from ?? NO_COMMIT] : ['update-ref', ref, checkSha(to), from ?? NO_COMMIT];
    const attempt = (): boolean => {
      try {
        git.runNow({ dir: path, args });
        return true;
      } catch (error) {
        if (error instanceof GitError && /but expected|reference already exists|unable to resolve reference/.test(error.stderr)) return false;
        throw error;
      }
    };
    try {
      return attempt();
    } catch (error) {
      if (!removeStaleLocks(path)) throw error;
      return attempt();
    }
  };

  return {
    path,
    findHead,
    createCommit,
    commitObject,
    moveBranch,
    has: objects.has,
    treeId: objects.treeId,
    log: objects.log,
    async head(branch) {
      const sha = await findHead(branch);
      if (sha === undefined) throw new PermanentError('BranchNotFound', `${path} has no branch ${branch}`);
      return sha;
    },
    async branches() {
      const { stdout } = await git.run({ dir: path, args: ['for-each-ref', '--format=%(objectname) %(refname:lstrip=2)', 'refs/heads/'] });
      return new Map(stdout.toString().split('\n').filter(Boolean).map((line) => [line.slice(41), line.slice(0, 40)]));
    },
    async defaultBranch() {
      return (await git.run({ dir: path, args: ['symbolic-ref', '--short', 'HEAD'] })).stdout.toString().trim();
    },
    async tree(revision) {
      if (!(await objects.has(revision))) throw missingCommit(path, revision);
      return objects.tree(revision);
    },
    async files(revision, folder) {
      const tree = await objects.tree(revision);
      const contents = await Promise.all((await tree.list(folder)).map(async (file) => [file, await tree.read(file)] as const));
      return new Map(contents.flatMap(([file, text]) => (text === undefined ? [] : [[file, text] as const])));
    },
    async isAncestor(ancestor, descendant) {
      return (await objects.isAncestor(ancestor, descendant)) ?? false;
    },
    merges: async (base, head) => (await mergeTrees(base, head)) !== undefined,
    async createMerge({ base, head, method, message, author: by, at, signer }) {
      const tree = await mergeTrees(base, head);
      if (tree === undefined) return undefined;
      const parents = method === 'Squash' ? [base] : [base, head];
      const date = `@${Math.floor(at / 1000)} +0000`;
      const env = { GIT_AUTHOR_NAME: by.name, GIT_AUTHOR_EMAIL: by.email, GIT_AUTHOR_DATE: date, GIT_COMMITTER_NAME: by.name, GIT_COMMITTER_EMAIL: by.email, GIT_COMMITTER_DATE: date };
      const { stdout } = await git.run({ dir: path, env, args: ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])], input: message });
      return signed(checkSha(stdout.toString().trim()), signer);
    },
    async commit({ branch, files, message, author: by = author }) {
      for (;;) {
        const from = await findHead(branch);
        const to = await createCommit({ parent: from, files, message, author: by, at: clock.now() });
        if (moveBranch({ branch, from, to })) return to;
      }
    },
  };
}
