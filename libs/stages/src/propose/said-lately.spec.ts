import { minutes } from '@fleetmend/kernel';
import { expect, it } from 'vitest';
import { saidLately } from './said-lately.ts';

const NOW = Date.UTC(2026, 0, 1);
const commit = (ago: number) => ({ sha: 'c'.repeat(40), parents: [], author: '', message: '', at: NOW - minutes(ago) });

it.each<readonly [what: string, commits: readonly ReturnType<typeof commit>[], sha: string | undefined]>([
  ['a commit of just now may yet be felt', [commit(2)], 'c'.repeat(40)],
  ['one that had its time is what it is', [commit(7)], undefined],
  ['a place that no commit touched says nothing', [], undefined],
])('%s', async (_, commits, sha) => {
  const asked: unknown[] = [];
  const repository = { log: (revision: string, paths: string | readonly string[], limit: number) => { asked.push([revision, paths, limit]); return Promise.resolve(commits); } };
  expect(await saidLately({ repository, head: 'h', origin: { path: 'apps/shop/deployment.yaml' }, application: { sources: [{ path: 'apps/shop/overlays/prod' }] } }, NOW)).toBe(sha);
  expect(asked).toEqual([['h', ['apps/shop/deployment.yaml', 'apps/shop/overlays/prod'], 1]]);
});
