import { PermanentError } from '@fleetmend/kernel';

/** The API path of a repository. @throws PermanentError `RepositoryNotFound` for anything but `owner/name`. */
export function repositoryPath(repository: string): string {
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository) || repository.split('/').some((part) => part === '.' || part === '..')) {
    throw new PermanentError('RepositoryNotFound', `"${repository}" cannot be a repository of Gitea: write owner/name, for example acme/shop`);
  }
  return `/repos/${repository}`;
}

/** A path or branch inside an address: every part encoded, slashes kept. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
