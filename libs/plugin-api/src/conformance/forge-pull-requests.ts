import { describe, expect, it } from 'vitest';
import { MARKER, MESSAGE, WEB, type ForgeBench } from './forge-bench.ts';

/** Opening, adopting, reading, commenting and closing. */
export function forgePullRequests(bench: ForgeBench): void {
  const { seeded, ours, draft, opened, read, until } = bench;

  describe('a pull request', () => {
    it('opens with what the draft says', async () => {
      const at = await opened();
      expect(at.pull).toMatchObject({ branch: ours(at).branch, base: 'main', state: 'Open', headSHA: at.sha, closedBy: undefined, mergeSHA: undefined, reviews: [] });
      expect(at.pull.body).toContain(MARKER);
      expect(at.pull.url).not.toBe('');
      expect((await read(at)).commits).toEqual([{ sha: at.sha, message: expect.stringContaining('Fleetmend-Plan: sha256:abc'), byUs: true }]);
    });

    it('opened again is the same one', async () => {
      const at = await opened();
      expect((await at.forge.openPullRequest(draft(at))).number).toBe(at.pull.number);
    });

    it('of somebody else, without our marker, is never adopted', async () => {
      const at = await seeded();
      await at.forge.commit(ours(at));
      await bench.harness.humanOpen({ repository: at.repository, branch: ours(at).branch, base: 'main', title: 'mine', body: 'no marker' });
      await expect(at.forge.openPullRequest(draft(at))).rejects.toMatchObject({ reason: 'PullRequestTaken' });
    });

    it('that we closed is not adopted: a new one opens', async () => {
      const at = await opened();
      await at.forge.updatePullRequest({ ...at.reference, close: true });
      const again = await at.forge.openPullRequest(draft(at));
      expect(again.number).not.toBe(at.pull.number);
      expect(await read(at)).toMatchObject({ number: again.number, state: 'Open' });
    });

    it('that a person closed is adopted as it is, so that their no is heard', async () => {
      const at = await opened();
      await bench.harness.humanClose(at.reference);
      expect(await at.forge.openPullRequest(draft(at))).toMatchObject({ number: at.pull.number, state: 'Closed', closedBy: { kind: 'Human' } });
    });

    it('opened twice at the same moment ends as one that is open', async () => {
      const at = await seeded();
      const { sha } = await at.forge.commit(ours(at));
      const both = await Promise.allSettled([at.forge.openPullRequest(draft(at)), at.forge.openPullRequest(draft(at))]);
      const { number } = await at.forge.openPullRequest(draft(at));
      expect(await read(at)).toMatchObject({ number, state: 'Open' });
      const others = both.flatMap((each) => (each.status === 'fulfilled' && each.value.number !== number ? [each.value.number] : []));
      for (const other of others) expect(await at.forge.mergePullRequest({ repository: at.repository, number: other, expectedHead: sha, message: MESSAGE })).toMatchObject({ merged: false, reason: 'NotMergeable' });
    });

    it('is told apart from those of other branches', async () => {
      const at = await opened();
      const branch = `${ours(at).branch}-other`;
      await at.forge.commit(ours(at, { branch, files: new Map([['apps/other.yaml', 'a: 5\n']]) }));
      const other = await at.forge.openPullRequest(draft(at, { branch }));
      expect(other.number).not.toBe(at.pull.number);
      expect((await read(at)).number).toBe(at.pull.number);
      expect((await read(at, branch)).number).toBe(other.number);
    });

    it('whose head nobody checked has no checks', async () => {
      expect((await read(await opened())).checks).toBe('None');
    });

    it('is not there for a branch that has none', async () => {
      const at = await seeded();
      expect(await at.forge.readPullRequest({ repository: at.repository, branch: 'fleetmend/none' })).toBeUndefined();
    });

    it('shows commits of others on its branch, oldest first', async () => {
      const at = await opened();
      const theirs = await bench.harness.humanCommit({ repository: at.repository, branch: at.pull.branch, files: { [WEB]: 'memory: 192Mi\n' }, message: 'a bit more' });
      const state = await until(at, ({ headSHA, commits }) => headSHA === theirs && commits.length === 2);
      expect(state).toMatchObject({ headSHA: theirs, commits: [{ sha: at.sha, byUs: true }, { sha: theirs, byUs: false }] });
    });

    it('stays mergeable when the base moves elsewhere, and is not when the base changes the same lines', async () => {
      const at = await opened();
      expect((await until(at, ({ mergeable }) => mergeable === true)).mergeable).toBe(true);
      await bench.harness.humanCommit({ repository: at.repository, branch: 'main', files: { 'apps/other.yaml': 'a: 9\n' }, message: 'elsewhere' });
      expect((await until(at, ({ mergeable }) => mergeable === true)).mergeable).toBe(true);
      await bench.harness.humanCommit({ repository: at.repository, branch: 'main', files: { [WEB]: 'memory: 96Mi\n' }, message: 'same line' });
      expect((await until(at, ({ mergeable }) => mergeable === false)).mergeable).toBe(false);
    });

    it('tells approvals and requests for changes with the head that they were given for', async () => {
      const at = await opened();
      await bench.harness.approve(at.reference);
      expect((await read(at)).reviews).toMatchObject([{ state: 'Approved', headSHA: at.sha }]);
      await bench.harness.requestChanges(at.reference);
      expect((await read(at)).reviews.at(-1)).toMatchObject({ state: 'ChangesRequested', headSHA: at.sha });
    });
  });

  describe('closing and commenting', () => {
    it('tells a close of ours from that of a person', async () => {
      const [mine, theirs] = [await opened(), await opened()];
      await mine.forge.updatePullRequest({ ...mine.reference, close: true });
      await bench.harness.humanClose(theirs.reference);
      expect(await read(mine)).toMatchObject({ state: 'Closed', closedBy: { kind: 'Us' } });
      expect(await read(theirs)).toMatchObject({ state: 'Closed', closedBy: { kind: 'Human' } });
    });

    it('comments once per marker, however often it is asked to', async () => {
      const at = await opened();
      const comment = { marker: '<!-- fleetmend:once -->', body: 'It recovered by itself.' };
      await at.forge.updatePullRequest({ ...at.reference, comment });
      await at.forge.updatePullRequest({ ...at.reference, comment, close: true });
      await at.forge.updatePullRequest({ ...at.reference, comment: { marker: '<!-- fleetmend:other -->', body: 'Bye.' }, close: true });
      const comments = await bench.harness.comments(at.reference);
      expect(comments.filter((text) => text.includes('It recovered by itself.'))).toHaveLength(1);
      expect(comments.filter((text) => text.includes('Bye.'))).toHaveLength(1);
      expect((await read(at)).state).toBe('Closed');
    });

    it('comments on one that is closed already, and leaves its end as it is', async () => {
      const at = await opened();
      await bench.harness.humanClose(at.reference);
      await at.forge.updatePullRequest({ ...at.reference, comment: { marker: '<!-- fleetmend:end -->', body: 'It is yours.' }, close: true });
      expect((await bench.harness.comments(at.reference)).filter((text) => text.includes('It is yours.'))).toHaveLength(1);
      expect(await read(at)).toMatchObject({ state: 'Closed', closedBy: { kind: 'Human' } });
    });

    it('leaves a merged one merged', async () => {
      const at = await opened();
      await until(at, ({ mergeable }) => mergeable === true);
      await at.forge.mergePullRequest({ ...at.reference, expectedHead: at.sha, message: MESSAGE });
      await at.forge.updatePullRequest({ ...at.reference, close: true });
      expect((await read(at)).state).toBe('Merged');
    });
  });
}
