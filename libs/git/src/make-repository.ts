import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Git } from './program.ts';

/** What git makes before a repository can be used; `config` comes last. */
const PARTS = ['objects', 'refs', 'HEAD', 'config'];

/** Everything that `git init` makes is there. */
export function isWhole(path: string): boolean {
  return PARTS.every((part) => existsSync(join(path, part)));
}

/**
 * Makes a bare repository where nothing is yet. It is made beside its place and then moved there, so that being killed on
 * the way leaves no half of one; when another process was faster, theirs stays.
 */
export async function makeRepository({ git, path, branch }: { readonly git: Git; readonly path: string; readonly branch: string }): Promise<void> {
  const fresh = `${path}.${randomUUID()}.new`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await git.run({ args: ['init', '--quiet', '--bare', '--template=', `--initial-branch=${branch}`, fresh] });
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!isWhole(path)) throw error;
  }
}
