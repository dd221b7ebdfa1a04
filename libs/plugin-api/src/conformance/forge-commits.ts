import { describe, expect, it } from 'vitest';
import { MESSAGE, SEED, WEB, type ForgeBench } from './forge-bench.ts';

/** Repositories, and commits on branches of ours. */
export function forgeCommits(bench: ForgeBench): void {
  const { seeded, ours } = bench;

  describe('a repository', () => {
    it('has a remote to fetch from', async () => {
      const { forge, repository } = await seeded();
      expect((await forge.remote(repository)).url).not.toBe('');
    });

    it('that is not there is named', async () => {
      const { forge, repository } = await seeded();
      const missing = `${repository}-missing`;
      await expect(forge.remote(missing)).rejects.toMatchObject({ reason: 'RepositoryNotFound', message: expect.stringContaining(missing) });
    });
  });

  describe('a commit', () => {
    it('puts exactly our bytes and message on a new branch, on top of the parent', async () => {
      const at = await seeded();
      const { sha } = await at.forge.commit(ours(at));
      expect(await bench.harness.head({ repository: at.repository, branch: ours(at).branch })).toBe(sha);
      expect(await bench.harness.files({ repository: at.repository, revision: sha })).toEqual(new Map(Object.entries({ ...SEED, [WEB]: 'memory: 128Mi # little\r\n' })));
      expect((await bench.harness.message({ repository: at.repository, revision: sha })).trim()).toBe(MESSAGE);
      expect(await bench.harness.head({ repository: at.repository, branch: 'main' })).toBe(at.base);
    });

    it('may add a file', async () => {
      const at = await seeded();
      const { sha } = await at.forge.commit(ours(at, { files: new Map([['apps/new/patch.yaml', 'a: 1\n']]) }));
      expect((await bench.harness.files({ repository: at.repository, revision: sha })).get('apps/new/patch.yaml')).toBe('a: 1\n');
    });

    it('of several files is one commit', async () => {
      const at = await seeded();
      const files = new Map([[WEB, 'memory: 128Mi # little\r\n'], ['apps/other.yaml', 'a: 2\n'], ['apps/new/deep/patch.yaml', '\ufeffa: ü\n']]);
      const { sha } = await at.forge.commit(ours(at, { files }));
      expect(await bench.harness.files({ repository: at.repository, revision: sha })).toEqual(new Map([...Object.entries(SEED), ...files]));
      await at.forge.openPullRequest(bench.draft(at));
      expect((await bench.until(at, ({ commits }) => commits.length === 1)).commits).toMatchObject([{ sha }]);
    });

    it('says whether the forge vouches for its signature, and the same when it is found again', async () => {
      const at = await seeded();
      const { verified } = await at.forge.commit(ours(at));
      expect([true, false, undefined]).toContain(verified);
      if (!at.forge.capabilities.signsCommits) expect(verified).not.toBe(true);
      expect((await at.forge.commit(ours(at))).verified).toBe(verified);
    });

    it('made twice at the same moment leaves one branch', async () => {
      const at = await seeded();
      const both = await Promise.allSettled([at.forge.commit(ours(at)), at.forge.commit(ours(at))]);
      const made = both.flatMap((each) => (each.status === 'fulfilled' ? [each.value.sha] : []));
      const head = await bench.harness.head({ repository: at.repository, branch: ours(at).branch });
      expect(new Set(made)).toEqual(new Set([head]));
      expect((await at.forge.commit(ours(at))).sha).toBe(head);
    });

    it('made again is the same commit', async () => {
      const at = await seeded();
      const first = await at.forge.commit(ours(at));
      expect((await at.forge.commit(ours(at))).sha).toBe(first.sha);
    });

    it('starts from the asked parent, also when the base has moved on', async () => {
      const at = await seeded();
      await bench.harness.humanCommit({ repository: at.repository, branch: 'main', files: { 'apps/other.yaml': 'a: 2\n' }, message: 'other' });
      const { sha } = await at.forge.commit(ours(at));
      expect((await bench.harness.files({ repository: at.repository, revision: sha })).get('apps/other.yaml')).toBe('a: 1\n');
    });

    it.each([
      ['other bytes', { files: new Map([[WEB, 'memory: 256Mi\n']]) }],
      ['another message', { message: 'another plan' }],
    ])('does not take a branch that holds %s', async (_, other) => {
      const at = await seeded();
      const first = await at.forge.commit(ours(at));
      await expect(at.forge.commit(ours(at, other))).rejects.toMatchObject({ reason: 'BranchTaken' });
      expect(await bench.harness.head({ repository: at.repository, branch: ours(at).branch })).toBe(first.sha);
    });

    it('does not take a branch that somebody else committed to', async () => {
      const at = await seeded();
      await at.forge.commit(ours(at));
      const theirs = await bench.harness.humanCommit({ repository: at.repository, branch: ours(at).branch, files: { 'apps/other.yaml': 'a: 3\n' }, message: 'mine' });
      await expect(at.forge.commit(ours(at))).rejects.toMatchObject({ reason: 'BranchTaken' });
      expect(await bench.harness.head({ repository: at.repository, branch: ours(at).branch })).toBe(theirs);
    });

    it('never lands on the base branch', async () => {
      const at = await seeded();
      await expect(at.forge.commit(ours(at, { branch: 'main' }))).rejects.toMatchObject({ name: 'PermanentError' });
      expect(await bench.harness.head({ repository: at.repository, branch: 'main' })).toBe(at.base);
    });
  });
}
