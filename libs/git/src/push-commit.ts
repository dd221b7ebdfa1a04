import type { Instant } from '@fleetmend/kernel';
import type { Remote } from '@fleetmend/ports';
import { openBareRepository } from './bare-repository.ts';
import { branchRef, checkSha } from './names.ts';
import { type Git, GitError } from './program.ts';
import type { Identity } from './repository-access.ts';
import type { SshSigner } from './ssh-signature.ts';

export interface CommitToPush {
  readonly git: Git;
  /** A bare repository of our own where the commit is made; it is made if it is not there, and may be deleted at any time. */
  readonly dir: string;
  readonly remote: Remote;
  readonly branch: string;
  readonly parent: string;
  readonly files: ReadonlyMap<string, string>;
  readonly message: string;
  readonly author: Identity;
  readonly at: Instant;
  readonly signer: SshSigner;
}

/**
 * Makes a signed commit here and pushes it as a new branch: for forges whose API takes no signature. Only the parent is fetched, without
 * its history. Undefined: the branch exists already with something else than this very commit, and was not touched.
 *
 * @throws GitError for a remote that does not answer or refuses; it holds no secret.
 */
export async function pushSignedCommit({ git, dir, remote: { url, authorization }, branch, parent, ...commit }: CommitToPush): Promise<string | undefined> {
  const config: Readonly<Record<string, string>> = authorization === undefined ? {} : { [`http.${url}.extraHeader`]: `Authorization: ${authorization}` };
  const ref = branchRef(branch);
  const repository = await openBareRepository({ path: dir, git, clock: { now: () => commit.at, sleep: async () => undefined } });
  if (!(await repository.has(parent))) await git.run({ dir, config, args: ['fetch', '--quiet', '--depth=1', '--no-tags', '--no-write-fetch-head', '--', url, checkSha(parent)] });
  const sha = await repository.createCommit({ parent, ...commit });
  try {
    // The empty lease: the branch must not exist.
    await git.run({ dir, config, args: ['push', '--quiet', `--force-with-lease=${ref}:`, '--', url, `${sha}:${ref}`] });
    return sha;
  } catch (error) {
    if (error instanceof GitError && /stale info|already exists|\[rejected\]/.test(error.stderr)) return undefined;
    throw error;
  }
}
