import { PermanentError } from '@fleetmend/kernel';

/** A type and not an interface: Octokit's parameters are open-ended records. */
export type Place = {
  readonly owner: string;
  readonly repo: string;
};

/** Owner and name of a repository. @throws PermanentError `RepositoryNotFound` for anything but `owner/name`. */
export function placeOf(repository: string): Place {
  const [owner = '', repo = '', ...rest] = repository.split('/');
  const isName = (part: string) => /^[\w.-]+$/.test(part) && part !== '.' && part !== '..';
  if (rest.length > 0 || !isName(owner) || !isName(repo)) {
    throw new PermanentError('RepositoryNotFound', `"${repository}" cannot be a repository of GitHub: write owner/name, for example acme/shop`);
  }
  return { owner, repo };
}

/**
 * Where repositories are cloned from, of the address that the REST API is at: `https://github.com` of `https://api.github.com`,
 * `https://HOST` of `https://HOST/api/v3` (Enterprise Server), `https://TENANT.ghe.com` of `https://api.TENANT.ghe.com`. It is
 * computed and not read from an answer, so that the token travels to no other host.
 */
export function cloneRoot(api: string): string {
  const { protocol, host, pathname } = new URL(api);
  return `${protocol}//${host.replace(/^api\./, '')}${pathname.replace(/\/api\/v3\/?$|\/+$/, '')}`;
}
