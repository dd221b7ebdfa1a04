import { describe, expect, it } from 'vitest';
import { MESSAGE, WEB, type ForgeBench } from './forge-bench.ts';

/** Merging, by us and by people. */
export function forgeMerging(bench: ForgeBench): void {
  const { opened, read, until } = bench;

  describe('merging', () => {
    it('at the expected head brings the change to the base', async () => {
      const at = await opened();
      await until(at, ({ mergeable }) => mergeable === true);
      const result = await at.forge.mergePullRequest({ ...at.reference, expectedHead: at.sha, message: MESSAGE });
      const merged = result.merged ? result.sha : '';
      expect(result).toEqual({ merged: true, sha: await bench.harness.head({ repository: at.repository, branch: 'main' }) });
      expect((await bench.harness.files({ repository: at.repository, revision: merged })).get(WEB)).toBe('memory: 128Mi # little\r\n');
      expect(await bench.harness.message({ repository: at.repository, revision: merged })).toContain('Fleetmend-Plan: sha256:abc');
      expect(await read(at)).toMatchObject({ state: 'Merged', mergeSHA: merged, headSHA: at.sha, commits: [{ sha: at.sha, byUs: true }] });
    });

    it('twice is done once', async () => {
      const at = await opened();
      await until(at, ({ mergeable }) => mergeable === true);
      const merge = { ...at.reference, expectedHead: at.sha, message: MESSAGE };
      const first = await at.forge.mergePullRequest(merge);
      expect(await at.forge.mergePullRequest(merge)).toEqual(first);
    });

    it('keeps what else the base got meanwhile', async () => {
      const at = await opened();
      await bench.harness.humanCommit({ repository: at.repository, branch: 'main', files: { 'apps/other.yaml': 'a: 9\n' }, message: 'elsewhere' });
      await until(at, ({ mergeable }) => mergeable === true);
      const result = await at.forge.mergePullRequest({ ...at.reference, expectedHead: at.sha, message: MESSAGE });
      const files = await bench.harness.files({ repository: at.repository, revision: result.merged ? result.sha : '' });
      expect([files.get(WEB), files.get('apps/other.yaml')]).toEqual(['memory: 128Mi # little\r\n', 'a: 9\n']);
    });

    it('is refused when the head is not the expected one', async () => {
      const at = await opened();
      const theirs = await bench.harness.humanCommit({ repository: at.repository, branch: at.pull.branch, files: { [WEB]: 'memory: 1Gi\n' }, message: 'more' });
      await until(at, ({ headSHA, mergeable }) => headSHA === theirs && mergeable === true);
      expect(await at.forge.mergePullRequest({ ...at.reference, expectedHead: at.sha, message: MESSAGE })).toMatchObject({ merged: false, reason: 'HeadMoved' });
      expect(await bench.harness.head({ repository: at.repository, branch: 'main' })).toBe(at.base);
    });

    it('is refused when it conflicts', async () => {
      const at = await opened();
      const rival = await bench.harness.humanCommit({ repository: at.repository, branch: 'main', files: { [WEB]: 'memory: 96Mi\n' }, message: 'same line' });
      await until(at, ({ mergeable }) => mergeable === false);
      expect(await at.forge.mergePullRequest({ ...at.reference, expectedHead: at.sha, message: MESSAGE })).toMatchObject({ merged: false, reason: 'NotMergeable' });
      expect(await bench.harness.head({ repository: at.repository, branch: 'main' })).toBe(rival);
    });

    it('is refused when it is closed', async () => {
      const at = await opened();
      await bench.harness.humanClose(at.reference);
      expect(await at.forge.mergePullRequest({ ...at.reference, expectedHead: at.sha, message: MESSAGE })).toMatchObject({ merged: false, reason: 'NotMergeable' });
      expect(await bench.harness.head({ repository: at.repository, branch: 'main' })).toBe(at.base);
    });

    it('by a person is seen, and ours after it is done already', async () => {
      const at = await opened();
      await until(at, ({ mergeable }) => mergeable === true);
      await bench.harness.approve(at.reference);
      await bench.harness.humanMerge(at.reference);
      const state = await until(at, (seen) => seen.state === 'Merged');
      expect(state).toMatchObject({ state: 'Merged', mergeSHA: await bench.harness.head({ repository: at.repository, branch: 'main' }) });
      expect(await at.forge.mergePullRequest({ ...at.reference, expectedHead: at.sha, message: MESSAGE })).toEqual({ merged: true, sha: state.mergeSHA });
    });
  });
}
