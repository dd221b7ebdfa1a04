import type { CommitInfo, Repository } from '@fleetmend/ports';
import { describe, expect, it } from 'vitest';
import { lastChange } from './shared-file.ts';

const commit = (sha: string, at: number): CommitInfo => ({ sha, parents: [], author: 'a', message: sha, at });

/** A repository whose commits touched these files, the latest first. */
function repositoryOf(...commits: readonly (readonly string[])[]): Pick<Repository, 'log'> {
  const all = commits.map((files, index) => ({ ...commit(`c${commits.length - index}`, commits.length - index), files }));
  return { log: async (_, path, limit) => all.filter(({ files }) => [path].flat().some((one) => files.includes(one))).slice(0, limit) };
}

describe('the last change of what a target is rendered from', () => {
  const eu = { includes: ['chart', 'common.yaml', 'eu.yaml'] };
  const us = { includes: ['chart', 'common.yaml', 'us.yaml'] };

  it('is the same for two clusters if it touched only what both read', async () => {
    const repository = repositoryOf(['common.yaml'], ['eu.yaml', 'us.yaml']);
    expect(await lastChange(repository, 'head', eu)).toEqual(['c2', ['common.yaml']]);
    expect(await lastChange(repository, 'head', us)).toEqual(['c2', ['common.yaml']]);
  });

  it('is another one where it touched a file of one of them, too', async () => {
    const repository = repositoryOf(['common.yaml', 'eu.yaml']);
    expect(await lastChange(repository, 'head', eu)).not.toEqual(await lastChange(repository, 'head', us));
  });

  it('is another one where one of them was changed since', async () => {
    const repository = repositoryOf(['us.yaml'], ['common.yaml']);
    expect(await lastChange(repository, 'head', eu)).toEqual(['c1', ['common.yaml']]);
    expect(await lastChange(repository, 'head', us)).toEqual(['c2', ['us.yaml']]);
  });
});
