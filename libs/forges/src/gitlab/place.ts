import { PermanentError } from '@fleetmend/kernel';

/** The API path of a project, whose own path is one encoded part. @throws PermanentError `RepositoryNotFound` for anything but `group/…/name`. */
export function projectPath(repository: string): string {
  const parts = repository.split('/');
  if (parts.length < 2 || !parts.every((part) => /^[\w.-]+$/.test(part) && part !== '.' && part !== '..')) {
    throw new PermanentError('RepositoryNotFound', `"${repository}" cannot be a project of GitLab: write group/name or group/subgroup/name, for example acme/shop`);
  }
  return `/projects/${encodeURIComponent(repository)}`;
}
