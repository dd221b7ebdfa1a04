import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PermanentError, sha256, shortDigest } from '@fleetmend/kernel';
import type { Remote, Repositories, Repository } from '@fleetmend/ports';
import { branchRef } from './names.ts';
import { isWhole, makeRepository } from './make-repository.ts';
import { missingCommit, readObjects } from './objects.ts';
import { type Git, GitError } from './program.ts';

/**
 * Bare mirrors below `root`, one per remote, made when first opened. They hold nothing that the remote does not, so a
 * damaged one is thrown away and fetched anew.
 *
 * @throws PermanentError `ForgeRefused`, `RepositoryNotFound` or `BranchNotFound`; other failures to fetch are transient.
 */
export function openMirrors({ root, git }: { readonly root: string; readonly git: Git }): Repositories {
  const mirrors = new Map<string, Mirror>();
  return {
    async open(remote, name) {
      const dir = join(root, `${name.replace(/[^a-zA-Z0-9._-]+/g, '-').slice(0, 60)}-${shortDigest(sha256(remote.url))}.git`);
      const mirror = mirrors.get(dir) ?? createMirror({ git, dir, name });
      mirrors.set(dir, mirror);
      return mirror.reading(remote);
    },
  };
}

interface Mirror {
  /** The token may be renewed between two opens, so it belongs to the reader and not to the mirror. */
  reading(remote: Remote): Repository;
}

function createMirror({ git, dir, name }: { readonly git: Git; readonly dir: string; readonly name: string }): Mirror {
  const objects = readObjects(git, dir);
  /** Asks the remote itself: nothing is fetched while nothing has changed. */
  const lookUp = async ({ url, authorization }: Remote, ref: string): Promise<string | undefined> => {
    try {
      const { stdout } = await git.run({ config: authorize(url, authorization), args: ['ls-remote', '--quiet', '--', url, ref] });
      return stdout.toString().split('\n').find((line) => line.endsWith(`\t${ref}`))?.split('\t')[0];
    } catch (error) {
      throw (error instanceof GitError && explainFetch(error.stderr, name)) || error;
    }
  };
  const fetch = oneAtATime(async (remote: Remote) => {
    try {
      await fetchAll(git, dir, remote);
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      const refused = explainFetch(error.stderr, name);
      if (refused) throw refused;
      if (!/\.lock': File exists|not a git repository: '|bad object|corrupt|unable to (?:read|parse)|invalid sha1|missing (?:blob|tree|commit)/i.test(error.stderr)) throw error;
      await rm(dir, { recursive: true, force: true });
      await fetchAll(git, dir, remote);
    }
  });

  const reading = (remote: Remote): Repository => {
    const present = async (commit: string): Promise<boolean> => {
      if (existsSync(join(dir, 'HEAD')) && (await objects.has(commit))) return true;
      await fetch(remote);
      return objects.has(commit);
    };
    const need = async (commit: string): Promise<void> => {
      if (!(await present(commit))) throw missingCommit(name, commit);
    };
    return {
      async head(branch) {
        const sha = await lookUp(remote, branchRef(branch));
        if (sha === undefined) throw new PermanentError('BranchNotFound', `${name} has no branch ${branch}: create it, or name another one in the RepoBinding`);
        await need(sha);
        return sha;
      },
      async tree(revision) {
        await need(revision);
        return objects.tree(revision);
      },
      async treeId(revision) {
        await need(revision);
        return objects.treeId(revision);
      },
      async log(revision, path, limit) {
        await need(revision);
        return objects.log({ from: revision, path, limit, mainline: true });
      },
      async isAncestor(ancestor, descendant) {
        const known = existsSync(join(dir, 'HEAD')) ? await objects.isAncestor(ancestor, descendant) : undefined;
        if (known !== undefined) return known;
        await fetch(remote);
        return (await objects.isAncestor(ancestor, descendant)) ?? false;
      },
    };
  };
  return { reading };
}

async function fetchAll(git: Git, dir: string, { url, authorization }: Remote): Promise<void> {
  if (!isWhole(dir)) {
    await rm(dir, { recursive: true, force: true });
    await makeRepository({ git, path: dir, branch: 'main' });
  }
  const args = ['fetch', '--quiet', '--prune', '--no-tags', '--no-write-fetch-head', '--force', '--', url, '+refs/heads/*:refs/heads/*'];
  await git.run({ dir, config: authorize(url, authorization), args });
}

function authorize(url: string, authorization: string | undefined): Readonly<Record<string, string>> {
  return authorization === undefined ? {} : { [`http.${url}.extraHeader`]: `Authorization: ${authorization}` };
}

function explainFetch(stderr: string, name: string): PermanentError | undefined {
  if (/authentication failed|could not read (?:username|password)|terminal prompts disabled|returned error: 40[13]|permission denied/i.test(stderr)) {
    return new PermanentError('ForgeRefused', `fetching ${name} was refused: check that the forge's token exists, is not expired, and may read this repository`);
  }
  if (/does not appear to be a git repository|repository .*not found|returned error: 404|does not exist/i.test(stderr)) {
    return new PermanentError('RepositoryNotFound', `there is no repository ${name} at its forge: check the RepoBinding's repository and the forge's address`);
  }
  return undefined;
}

/** Runs one fetch at a time; whoever asks during one shares the next, since the running one may have looked too early. */
function oneAtATime(fetch: (remote: Remote) => Promise<void>): (remote: Remote) => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const start = (remote: Remote): Promise<void> => {
    next = undefined;
    running = fetch(remote).finally(() => {
      if (!next) running = undefined;
    });
    return running;
  };
  return (remote) => {
    if (!running) return start(remote);
    next ??= running.catch(() => undefined).then(() => start(remote));
    return next;
  };
}
