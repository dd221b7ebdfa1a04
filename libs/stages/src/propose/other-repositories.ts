import { isPermanent } from '@fleetmend/kernel';
import type { Forge } from '@fleetmend/plugin-api';
import { withElsewhere, type Opened, type OtherSource, type Remote, type Repository } from '@fleetmend/ports';
import type { StageDeps } from '../stage.ts';

interface Bound {
  readonly forge: Forge;
  readonly forgeRef: string;
  /** `owner/name`. */
  readonly name: string;
  readonly remote: Remote;
}

/**
 * The bound repository, whose trees also show the others that its forge serves, as far as an Application names them as sources. They are
 * read with the forge's own access and never written. Charts come through their own port.
 */
export async function openWithOthers({ repositories, charts }: Pick<StageDeps, 'repositories' | 'charts'>, { forge, forgeRef, name, remote }: Bound): Promise<Repository> {
  const own = repositoryPath(remote.url);
  /** Of a server that answers below a path. */
  const below = own.toLowerCase().endsWith(`/${name.toLowerCase()}`) ? own.slice(0, -name.length) : '';
  const open = async (source: OtherSource): Promise<Opened> => {
    const full = repositoryPath(source.url);
    const path = full.startsWith(below) ? full.slice(below.length) : full;
    if (path.toLowerCase() === name.toLowerCase()) return 'Own';
    // The same path on another host is another repository, which nobody here was given access to.
    if (hostOf(remote.url) === '' || hostOf(remote.url) !== hostOf(source.url)) return undefined;
    const other = await unlessPermanent(forge.remote(path));
    if (other === undefined) return undefined;
    const repository = await repositories.open(other, `${forgeRef}/${path}`);
    const tree = await unlessPermanent(treeAt(repository, source));
    return tree && { name: path, tree };
  };
  return withElsewhere(await repositories.open(remote, `${forgeRef}/${name}`), { open, charts });
}

async function treeAt(repository: Repository, { revision }: OtherSource) {
  return repository.tree(/^[0-9a-f]{40}$/.test(revision) ? revision : await repository.head(revision.replace(/^refs\/heads\//, '')));
}

async function unlessPermanent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isPermanent(error)) return undefined;
    throw error;
  }
}

/** `owner/name` of an address: the same repository is reached by several of them. */
export function repositoryPath(address: string): string {
  return address.replace(/^[a-z+]+:\/\/[^/]*\//i, '').replace(/^[^/@]*@[^:/]*:/, '').replace(/\/+$|\.git\/*$/g, '');
}

/** Without user and port: the same server answers on several. */
function hostOf(address: string): string {
  return (/^[a-z+]+:\/\/(?:[^/@]*@)?([^/:]*)/i.exec(address)?.[1] ?? /^[^/@]*@([^:/]*):/.exec(address)?.[1] ?? '').toLowerCase();
}
