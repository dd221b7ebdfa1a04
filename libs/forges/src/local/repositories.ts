import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, PermanentError } from '@fleetmend/kernel';
import { type BareRepository, type Git, openBareRepository } from '@fleetmend/git';

/** The bare repositories of the local forge: `acme/shop` lies in `<root>/acme/shop.git`. */
export interface LocalRepositories {
  /** @throws PermanentError `RepositoryNotFound`. */
  open(name: string): Promise<BareRepository>;
  /** Makes it when it is not there. */
  create(name: string): Promise<BareRepository>;
}

export function localRepositories({ root, git, clock }: { readonly root: string; readonly git: Git; readonly clock: Clock }): LocalRepositories {
  const opened = new Map<string, Promise<BareRepository>>();
  const open = (name: string): Promise<BareRepository> => {
    const path = pathOf(root, name);
    const repository = opened.get(path) ?? openBareRepository({ path, git, clock });
    opened.set(path, repository);
    return repository;
  };
  return {
    create: open,
    async open(name) {
      const path = pathOf(root, name);
      if (!existsSync(join(path, 'HEAD'))) throw new PermanentError('RepositoryNotFound', `the local forge has no repository ${name}: it would lie in ${path}`);
      return open(name);
    },
  };
}

function pathOf(root: string, name: string): string {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]*(\/[a-zA-Z0-9][a-zA-Z0-9._-]*)*$/.test(name)) {
    throw new PermanentError('RepositoryNotFound', `"${name}" cannot be a repository of the local forge: write names joined by slashes, such as acme/shop`);
  }
  return join(root, `${name}.git`);
}
