import { describe, expect, it } from 'vitest';
import { applicationAt, brokenBench, deployment, type Files } from './spec-support/broken-bench.ts';
import { searchRestores } from './search-restores.ts';

const GOOD: Files = { 'app/list.yaml': 'files:\n  - web.yaml\n  - job.yaml\n', 'app/web.yaml': deployment('web'), 'app/job.yaml': deployment('job') };
const MISSPELT: Files = { 'app/list.yaml': 'files:\n  - wbe.yaml\n  - job.yaml\n' };

async function search(history: readonly Files[], options: Parameters<typeof brokenBench>[1] = {}) {
  const { deps, view, commits } = brokenBench(history, options);
  return { found: await searchRestores(deps, view.request), commits };
}

describe('the search for what mends a build', () => {
  it('finds the one place, the commit that broke it, and the words of the renderer', async () => {
    const { found, commits } = await search([GOOD, { 'app/web.yaml': deployment('web', '96Mi') }, MISSPELT, { 'app/job.yaml': deployment('job', '96Mi') }]);
    expect(found).toMatchObject({ error: 'open wbe.yaml: no such file', good: commits[0], brokenBy: { commit: commits[2], message: 'step 2' } });
    expect(found?.restores).toEqual([{ file: 'app/list.yaml', document: 0, path: ['files', '0'], commit: commits[0], before: 'web.yaml', after: 'wbe.yaml' }]);
  });

  it('has nothing to say of a head that can be rendered', async () => {
    expect((await search([GOOD, { 'app/web.yaml': deployment('web', '96Mi') }])).found).toBeUndefined();
  });

  it('has no place where a file is gone, and says which', async () => {
    const { found } = await search([GOOD, { 'app/web.yaml': undefined, 'app/job.yaml': deployment('job', '96Mi') }]);
    expect(found?.restores).toEqual([]);
    expect(found?.tried).toContain('app/web.yaml is gone');
  });

  it('has no place where nothing ever could be rendered', async () => {
    const { found } = await search([{ 'app/list.yaml': 'files: [web.yml]\n', 'app/web.yaml': deployment('web') }, { 'app/list.yaml': 'files: [web.yaaml]\n' }], { own: { applied: undefined } });
    expect(found).toMatchObject({ good: undefined, restores: [] });
  });

  it('does not trust its own eyes where what the engine applied cannot be rendered here', async () => {
    const { found } = await search([MISSPELT, { ...GOOD, ...MISSPELT }]);
    expect(found).toMatchObject({ good: undefined, restores: [] });
  });

  it('goes by the newest state that could be rendered, where nothing was applied yet', async () => {
    const { found, commits } = await search([GOOD, { 'app/job.yaml': deployment('job', '96Mi') }, MISSPELT], { own: { applied: undefined } });
    expect(found).toMatchObject({ good: commits[1], restores: [{ path: ['files', '0'], commit: commits[1] }] });
  });

  it('has no place that takes an object away', async () => {
    const { found } = await search([GOOD, { 'app/list.yaml': 'files:\n  - wbe.yaml\n' }]);
    expect(found?.restores).toEqual([]);
    expect(found?.tried.join()).toMatch(/files\/0 of app\/list.yaml put back would take away Deployment\/shop\/job/);
  });

  it('names a place that nobody opened, and a file that was meant instead', async () => {
    const shut = await search([GOOD, MISSPELT], { editablePaths: ['shared'] });
    expect(shut.found?.restores).toMatchObject([{ path: ['files', '0'], closed: 'the RepoBinding does not allow app/list.yaml' }]);
    const meant = await search([GOOD, { 'app/list.yaml': 'files:\n  - webb.yaml\n  - job.yaml\n', 'app/web2.yaml': deployment('web') }]);
    expect(meant.found?.restores).toMatchObject([{ path: ['files', '0'], closed: expect.stringContaining('app/web2.yaml came since') }]);
  });

  it('tries every place alone, and counts those that do not mend it', async () => {
    const { found } = await search([{ ...GOOD, 'shared/a.yaml': 'x: 1\n' }, { ...MISSPELT, 'shared/a.yaml': 'x: 2\n' }]);
    expect(found?.restores).toMatchObject([{ file: 'app/list.yaml' }]);
    expect(found?.tried).toEqual(['put back alone, x of shared/a.yaml does not mend it']);
  });

  it('says that a folder is not there, and with which commit it went', async () => {
    const { found, commits } = await search([GOOD, { 'app/list.yaml': undefined, 'app/web.yaml': undefined, 'app/job.yaml': undefined, 'apps/list.yaml': 'files: []\n' }]);
    expect(found).toMatchObject({ missing: true, error: expect.stringMatching(/^app is not in /), brokenBy: { commit: commits[1] }, restores: [] });
  });

  it('is about objects of engines alone', async () => {
    const { deps, view } = brokenBench([GOOD, MISSPELT]);
    const other = { ...view.request, spec: { ...view.request.spec, target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' } } } as typeof view.request;
    expect(await searchRestores(deps, other)).toBeUndefined();
    const unknown = brokenBench([GOOD, MISSPELT], { own: { ref: applicationAt('other', 'app').ref } });
    expect(await searchRestores(unknown.deps, unknown.view.request)).toBeUndefined();
  });
});
