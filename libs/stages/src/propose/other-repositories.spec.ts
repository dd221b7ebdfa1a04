import { PermanentError } from '@fleetmend/kernel';
import type { Forge } from '@fleetmend/plugin-api';
import { folderOfSource, type Repositories, type Tree } from '@fleetmend/ports';
import { describe, expect, it } from 'vitest';
import { openWithOthers } from './other-repositories.ts';

const HEAD = 'b'.repeat(40);
const APPLIED = 'c'.repeat(40);

/** A forge that serves two repositories below an address, and notes what is opened. */
const open = async (base: string): Promise<{ readonly tree: Tree; readonly opened: string[] }> => {
  const opened: string[] = [];
  const forge = {
    async remote(name: string) {
      if (!['team/fleet', 'team/charts'].includes(name)) throw new PermanentError('RepositoryNotFound', `no ${name}`);
      return { url: `${base}/${name}.git`, authorization: 'Basic x' };
    },
  } as unknown as Forge;
  const repositories = {
    async open(remote: { readonly url: string }) {
      opened.push(remote.url);
      return {
        head: async (branch: string) => {
          if (branch !== 'main') throw new PermanentError('BranchNotFound', `no ${branch}`);
          return HEAD;
        },
        tree: async (revision: string) => ({ revision, read: async () => remote.url, list: async () => [] }),
      };
    },
  } as unknown as Repositories;
  const repository = await openWithOthers({ repositories }, { forge, forgeRef: 'forge', name: 'team/fleet', remote: await forge.remote('team/fleet') });
  return { tree: await repository.tree('a'.repeat(40)), opened };
};

const HOST = 'https://git.example.org';

describe('the sources of an Application', () => {
  it.each([
    [HOST, 'https://git.example.org/team/fleet.git'],
    [HOST, 'https://git.example.org/Team/Fleet/'],
    [HOST, 'git@git.example.org:team/fleet.git'],
    [HOST, 'ssh://git@git.example.org:2222/team/fleet.git'],
    [HOST, 'http://inside.example.org/team/fleet.git'],
    [`${HOST}/git`, 'https://git.example.org/git/team/fleet.git'],
  ])('of a forge at %s are the bound repository itself as %s', async (base, url) => {
    const { tree } = await open(base);
    expect(await folderOfSource(tree, { url, revision: 'main' })).toBe('');
  });

  it.each([
    [HOST, 'https://git.example.org/team/charts.git'],
    [HOST, 'git@git.example.org:team/charts.git'],
    [`${HOST}/git`, 'https://git.example.org/git/team/charts'],
  ])('of a forge at %s are another one of its repositories as %s, read at the head of the branch', async (base, url) => {
    const { tree } = await open(base);
    const folder = await folderOfSource(tree, { url, revision: 'refs/heads/main' });
    expect(folder).toBe(`.fleetmend/elsewhere/team/charts@${HEAD}`);
    expect(await tree.read(`${folder}/x`)).toBe(`${base}/team/charts.git`);
  });

  it('are read at the commit where one is named', async () => {
    const { tree } = await open(HOST);
    expect(await folderOfSource(tree, { url: `${HOST}/team/charts`, revision: APPLIED })).toBe(`.fleetmend/elsewhere/team/charts@${APPLIED}`);
  });

  it.each([
    ['of a host that is not the forge', 'https://other.example.org/team/charts.git', 'main'],
    ['that the forge does not show', `${HOST}/team/secret.git`, 'main'],
    ['whose revision is neither branch nor commit', `${HOST}/team/charts.git`, 'v1.2.3'],
  ])('%s are not read', async (_, url, revision) => {
    const { tree, opened } = await open(HOST);
    expect(await folderOfSource(tree, { url, revision })).toBeUndefined();
    expect(opened.filter((one) => one !== `${HOST}/team/fleet.git` && one !== `${HOST}/team/charts.git`)).toEqual([]);
  });
});
