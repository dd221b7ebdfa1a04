import { PermanentError } from '@fleetmend/kernel';
import { describe, expect, it } from 'vitest';
import { folderOfChart, folderOfSource, isElsewhere, renderPlace, withElsewhere } from './elsewhere.ts';
import type { Charts } from './rendering.ts';
import { overlay, type Repository, type Tree } from './repository.ts';
import { holds, traced, treeState } from './traced-tree.ts';

const treeOf = (files: Readonly<Record<string, string>>, revision: string): Tree => {
  const paths = Object.keys(files).sort();
  return { revision, read: async (path) => files[path], list: async (prefix) => paths.filter((path) => prefix === '' || path.startsWith(`${prefix}/`)) };
};
const own = treeOf({ 'apps/web.yaml': 'a: 1' }, 'a'.repeat(40));
const charts = { url: 'https://git.example.org/team/charts.git', revision: 'main' };
const FOLDER = `.fleetmend/elsewhere/team/charts@${'b'.repeat(40)}`;

/** A repository beside one that holds charts, which may move on. */
const beside = async (chart: { readonly text: string; readonly commit: string } = { text: 'name: web', commit: 'b'.repeat(40) }): Promise<{ readonly tree: Tree; readonly asked: string[] }> => {
  const asked: string[] = [];
  const repository = withElsewhere({ tree: async () => own } as unknown as Repository, { open: async ({ url }) => {
    asked.push(url);
    if (url.endsWith('/fleet.git')) return 'Own';
    return url === charts.url ? { name: 'team/charts', tree: treeOf({ 'web/Chart.yaml': chart.text }, chart.commit) } : undefined;
  } });
  return { tree: await repository.tree(own.revision), asked };
};

describe('a tree that shows other repositories', () => {
  it('shows a source of its own where it is', async () => {
    const { tree } = await beside();
    expect(await folderOfSource(tree, { url: 'https://git.example.org/team/fleet.git', revision: 'main' })).toBe('');
    expect([await tree.read('apps/web.yaml'), await tree.list('')]).toEqual(['a: 1', ['apps/web.yaml']]);
  });

  it('shows another repository below a folder of its own, by its commit', async () => {
    const { tree } = await beside();
    expect(await folderOfSource(tree, charts)).toBe(FOLDER);
    expect([await tree.read(`${FOLDER}/web/Chart.yaml`), await tree.list(`${FOLDER}/web`)]).toEqual(['name: web', [`${FOLDER}/web/Chart.yaml`]]);
    expect(await tree.list('')).toEqual(['apps/web.yaml']);
  });

  it('says of a repository that nobody serves that there is none', async () => {
    const { tree } = await beside();
    expect(await folderOfSource(tree, { ...charts, url: 'https://elsewhere.example.org/team/charts.git' })).toBeUndefined();
  });

  it('opens each source once', async () => {
    const { tree, asked } = await beside();
    await folderOfSource(tree, charts);
    await folderOfSource(tree, charts);
    expect(asked).toEqual([charts.url]);
  });

  it('shows them with edits of its own files on top', async () => {
    const { tree } = await beside();
    const edited = overlay(tree, new Map([['apps/web.yaml', 'a: 2']]));
    expect(await folderOfSource(edited, charts)).toBe(FOLDER);
    expect([await edited.read('apps/web.yaml'), await edited.read(`${FOLDER}/web/Chart.yaml`)]).toEqual(['a: 2', 'name: web']);
  });

  it('is not the same any more once the other repository has moved on', async () => {
    const noting = traced((await beside()).tree);
    const folder = await folderOfSource(noting.tree, charts);
    await noting.tree.read(`${folder}/web/Chart.yaml`);
    const trace = await noting.trace();
    const seenAgain = async (chart?: Parameters<typeof beside>[0]): Promise<boolean> => {
      const { tree } = await beside(chart);
      await folderOfSource(tree, charts);
      return holds(trace, treeState(tree));
    };
    expect([await seenAgain(), await seenAgain({ text: 'name: shop', commit: 'c'.repeat(40) })]).toEqual([true, false]);
  });
});

describe('a tree that shows charts', () => {
  const reference = { repository: 'https://charts.example.org/stable', name: 'web', version: '1.2.3' };
  const PLACE = `.fleetmend/elsewhere/charts.example.org/stable/web-1.2.3@${'d'.repeat(64)}`;
  const showing = async (fetch: Charts['fetch']) => withElsewhere({ tree: async () => own } as unknown as Repository, { open: async () => 'Own', charts: { fetch } }).tree(own.revision);

  it('shows each below a folder of its own, by the digest of its archive, with edits on top', async () => {
    const asked: unknown[] = [];
    const tree = await showing(async (one) => {
      asked.push(one);
      return { digest: `sha256:${'d'.repeat(64)}`, tree: treeOf({ 'Chart.yaml': 'name: web' }, 'x') };
    });
    expect([await folderOfChart(tree, reference), await folderOfChart(overlay(tree, new Map()), reference)]).toEqual(Array(2).fill({ folder: PLACE, digest: `sha256:${'d'.repeat(64)}` }));
    expect([await tree.read(`${PLACE}/Chart.yaml`), await tree.list(PLACE), await tree.list('')]).toEqual(['name: web', [`${PLACE}/Chart.yaml`], ['apps/web.yaml']]);
    expect([asked, isElsewhere(PLACE), renderPlace(PLACE)]).toEqual([[reference], true, 'charts.example.org/stable/web-1.2.3@dddddddd']);
  });

  it('says why it shows none, and asks again for one that may come yet', async () => {
    let turns = 0;
    const tree = await showing(async () => {
      turns += 1;
      throw turns === 1 ? new Error('away') : new PermanentError('ChartUnavailable', 'withdrawn');
    });
    await expect(folderOfChart(tree, reference)).rejects.toThrow('away');
    expect([await folderOfChart(tree, reference), await folderOfChart(own, reference)]).toEqual([{ cause: 'withdrawn' }, { cause: 'nobody here fetches charts' }]);
  });

  it('shows none outside its own folder, whatever an address says', async () => {
    const tree = await showing(async () => ({ digest: 'sha256:d', tree: treeOf({}, 'x') }));
    expect(await folderOfChart(tree, { repository: 'oci://h/../../../x', name: 'web', version: '1' })).toEqual({ folder: '.fleetmend/elsewhere/h/_/_/_/x/web-1@d', digest: 'sha256:d' });
  });
});

it('a tree that knows one repository only takes every source for its own', async () => {
  expect(await folderOfSource(own, charts)).toBe('');
});

it('a path of another repository is told apart, and shown to people by the name and the commit of that', () => {
  expect([isElsewhere(`${FOLDER}/web/Chart.yaml`), isElsewhere('apps/web.yaml'), isElsewhere('.fleetmend/elsewhere-not')]).toEqual([true, false, false]);
  expect([renderPlace(`${FOLDER}/web/Chart.yaml`), renderPlace('apps/web.yaml')]).toEqual(['team/charts@bbbbbbbb/web/Chart.yaml', 'apps/web.yaml']);
});
