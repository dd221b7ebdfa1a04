import type { CommitInfo, Repository, Tree } from '@fleetmend/ports';
import type { SourceLayout } from '@fleetmend/plugin-api';
import { describe, expect, it } from 'vitest';
import { readVersions } from './versions.ts';

const sha = (digit: string) => digit.repeat(40);
const commit = (digit: string, message: string, ...parents: readonly string[]): CommitInfo => ({ sha: sha(digit), parents: parents.map(sha), author: 'a', at: 0, message });

/** Of a history with a mainline, newest first, and what was merged into it. */
async function read(mainline: readonly CommitInfo[], merged: readonly CommitInfo[] = []) {
  const log = async (from: string) => [...mainline, ...merged].flatMap((one, index, all) => (one.sha === from ? all.slice(index, merged.includes(one) ? index + 1 : mainline.length) : []));
  const repository = { log, tree: async () => ({}) as Tree } as unknown as Repository;
  const layout = { render: async () => [] } as unknown as SourceLayout;
  return readVersions({ repository, layout, head: mainline[0]?.sha ?? '', origin: { layout: 'raw', root: '', path: 'a.yaml', includes: [], evidence: [] } as never });
}

it.each([
  ['scale for the sale\n\nsee the plan', 'scale for the sale'],
  ['Merge pull request #12 from shop/sale\n\nscale for the sale\n', 'scale for the sale'],
  ["Merge branch 'sale' into 'main'\n\nscale for the sale\n\nSee merge request shop/fleet!12", 'scale for the sale'],
  ["Merge branch 'sale'", "Merge branch 'sale'"],
])('%j is told as what somebody meant by it', async (message, title) => {
  expect((await read([commit('a', message)])).map((version) => version.message)).toEqual([title]);
});

describe('a version is ours', () => {
  it('where the commit has our trailer, or the one that it merged', async () => {
    const ours = commit('e', 'fix(shop): restore env\n\nFleetmend-Request: shop/rr-1\nFleetmend-Plan: sha256:0\n', 'a');
    const versions = await read([commit('d', ours.message, 'c'), commit('c', 'Merge pull request #2', 'b', 'e'), commit('b', 'Merge pull request #1', 'a', 'f'), commit('a', 'start')], [ours, commit('f', 'a change that speaks of Fleetmend-Request: shop/rr-1', 'a')]);
    expect(versions.map((version) => [version.commit[0], version.ours])).toEqual([['d', true], ['c', true], ['b', undefined], ['a', undefined]]);
  });
});
