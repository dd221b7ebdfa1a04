import { PermanentError } from '@fleetmend/kernel';

const SHA = /^[0-9a-f]{40}([0-9a-f]{24})?$/;
const BAD_REF = /^-|^\/|\/$|\/\/|\.\.|@\{|\.lock(\/|$)|(^|\/)\.|\.$|^@$/;

/** @throws PermanentError `BadRevision` for anything but a full commit id, so that no text can pass for an option or a range. */
export function checkSha(sha: string): string {
  if (!SHA.test(sha)) throw new PermanentError('BadRevision', `"${sha}" is not a full commit id of 40 hex digits`);
  return sha;
}

/** The full ref of a branch, by the rules of `git check-ref-format`. @throws PermanentError `BadBranch`. */
export function branchRef(branch: string): string {
  if (branch === '' || branch.length > 244 || BAD_REF.test(branch) || /[\x00-\x20~^:?*[\\\x7f]/.test(branch)) {
    throw new PermanentError('BadBranch', `"${branch}" cannot be a branch name: see git check-ref-format`);
  }
  return `refs/heads/${branch}`;
}

/** @throws PermanentError `BadPath` for a path that is not a plain file inside a tree. */
export function checkFilePath(path: string): string {
  const parts = path.split('/');
  if (/[\x00-\x1f\x7f]/.test(path) || parts.some((part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git')) {
    throw new PermanentError('BadPath', `"${path}" cannot be a file of a repository: it must be relative, without "..", ".git" or control characters`);
  }
  return path;
}
