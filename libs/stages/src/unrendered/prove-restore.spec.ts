import { describe, expect, it } from 'vitest';
import { restoresPlace, shownPlace } from './place-value.ts';
import { proveRestore, type SourceRestoreAction } from './prove-restore.ts';
import { applicationAt, brokenBench, deployment, type Files } from './spec-support/broken-bench.ts';

const GOOD: Files = { 'app/list.yaml': 'files:\n  - web.yaml\n  - job.yaml\n', 'app/web.yaml': deployment('web'), 'app/job.yaml': deployment('job') };
const MISSPELT: Files = { 'app/list.yaml': 'files:\n  - wbe.yaml\n  - job.yaml\n' };

interface Options {
  readonly bench?: Parameters<typeof brokenBench>[1];
  readonly action?: Partial<SourceRestoreAction>;
}

async function prove(history: readonly Files[], { bench: options = {}, action: over = {} }: Options = {}) {
  const bench = brokenBench(history, options);
  const action: SourceRestoreAction = { action: 'restoreField', path: ['files', '0'], commit: bench.commits[0] ?? '', source: { file: 'app/list.yaml', document: 0 }, ...over };
  return { ...bench, action, made: await proveRestore(bench.deps, bench.view, { action }) };
}

describe('the proof of a place that goes back', () => {
  it('is exact, and nothing moves where nothing else was changed since', async () => {
    const { made, commits } = await prove([GOOD, MISSPELT]);
    expect(made?.edits).toEqual([{ path: 'app/list.yaml', before: MISSPELT['app/list.yaml'], after: GOOD['app/list.yaml'] }]);
    expect(made?.proven).toMatchObject({ exact: true, diffs: [], reach: { objects: 0, applications: 1, clusters: 1 }, since: { revision: commits[0], namespaces: ['shop'] } });
    expect(made?.changes).toEqual([{ file: 'app/list.yaml', path: 'files/0', before: 'wbe.yaml', after: 'web.yaml' }]);
  });

  it('shows all that commits since the last good state bring along', async () => {
    const { made } = await prove([GOOD, { ...MISSPELT, 'app/job.yaml': deployment('job', '96Mi') }, { 'app/web.yaml': deployment('web', '128Mi') }]);
    expect(made?.proven.diffs.map(({ ref, op }) => [ref.namespace, ref.name, op])).toEqual([['shop', 'job', 'Update'], ['shop', 'web', 'Update']]);
    expect(made?.proven.diffs[0]).toMatchObject({ before: { metadata: { name: 'job' } }, paths: ['/spec/template/spec/containers/0/resources/limits/memory'] });
  });

  it('is none where the base can be rendered: there is nothing to mend', async () => {
    const renamed = { 'app/list.yaml': 'files:\n  - app.yaml\n  - job.yaml\n', 'app/app.yaml': deployment('web') };
    expect((await prove([GOOD, renamed])).made).toBeUndefined();
  });

  it.each<readonly [what: string, history: readonly Files[], options: Options, reason: string]>([
    ['still cannot be rendered', [GOOD, { ...MISSPELT, 'app/web.yaml': undefined }], {}, 'NotRestored'],
    ['could not be rendered in the state that it goes back to', [{ ...GOOD, 'app/job.yaml': undefined }, MISSPELT], {}, 'NotRestored'],
    ['would lose an object', [GOOD, { 'app/list.yaml': 'files:\n  - wbe.yaml\n' }], {}, 'WouldBeLost'],
    ['says the same there', [GOOD, MISSPELT], { action: { path: ['files', '1'] } }, 'NothingToChange'],
    ['lies where nobody opened the repository', [GOOD, MISSPELT], { bench: { editablePaths: ['shared'] } }, 'NotEditable'],
  ])('refuses what %s', async (_, history, options, reason) => {
    await expect(prove(history, options)).rejects.toMatchObject({ reason });
  });
});

describe('another application that includes the file', () => {
  const twin = applicationAt('twin', 'app', { namespace: { name: 'twin', override: false } });

  it('is mended along, and shows what comes along there', async () => {
    const { made } = await prove([GOOD, { ...MISSPELT, 'app/web.yaml': deployment('web', '96Mi') }], { bench: { others: [twin] } });
    expect(made?.proven.reach.applications).toBe(2);
    expect(made?.proven.exact).toBe(true);
    expect(made?.proven.diffs.map(({ ref }) => ref.namespace)).toEqual(['shop', 'twin']);
    expect(made?.proven.since?.namespaces).toEqual(['shop']);
  });

  const line = { path: ['4'], source: { file: 'shared/x.yaml' } };
  const using = (extra: string): Files => ({ 'app/list.yaml': 'files: [shared/x.yaml]\n', 'other/list.yaml': `files: [shared/x.yaml${extra}]\n`, 'shared/x.yaml': deployment('x') });
  const unreadable: Files = { 'shared/x.yaml': deployment('x').replace('{template', '{{template') };

  it('makes the proof inexact where it could not be rendered in the last good state either: nobody can tell what the edit does to it', async () => {
    const other = applicationAt('other', 'other');
    expect((await prove([using(''), unreadable], { bench: { others: [other] }, action: line })).made?.proven).toMatchObject({ exact: true, diffs: [] });
    expect((await prove([using(', no.yaml'), unreadable], { bench: { others: [other] }, action: line })).made?.proven).toMatchObject({ exact: false });
  });
});

describe('the place in other states of the repository', () => {
  it('is read as a plan shows it', async () => {
    const { git, action, commits } = await prove([GOOD, MISSPELT]);
    expect(await shownPlace(git.repository, commits[0] ?? '', action)).toBe('web.yaml');
    expect(await shownPlace(git.repository, commits[1] ?? '', action)).toBe('wbe.yaml');
  });

  it('restores only what an earlier commit of the branch said', async () => {
    const { git, action, commits, made } = await prove([GOOD, MISSPELT]);
    const plan = { base: commits[1] ?? '', changes: made?.changes ?? [] } as Parameters<typeof restoresPlace>[1];
    expect(await restoresPlace(git, plan, action)).toBe(true);
    expect(await restoresPlace(git, plan, { ...action, commit: plan.base })).toBe(false);
    expect(await restoresPlace(git, { ...plan, changes: [{ file: 'app/list.yaml', path: 'files/0', after: 'evil.yaml' }] }, action)).toBe(false);
  });
});
