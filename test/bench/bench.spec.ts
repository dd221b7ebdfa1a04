import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installedRenderers, rendererPath } from '@fleetmend/render';
import { describe, expect, it } from 'vitest';
import { covered, watchProcesses } from './child-processes.ts';
import { fleetRepository } from './fleet-repository.ts';
import { isWithin, median, type Row } from './measurement.ts';
import { ONE_FIELD } from './one-field.ts';
import { readHardware, renderJson, renderTable } from './report.ts';
import { runBench } from './run.ts';

const run = promisify(execFile);
const kept: Row = { name: 'fast', runs: [10, 30, 20], renderers: [4, 5, 6], cpu: [7, 9, 8], budget: 20, note: 'n' };
const missed: Row = { name: 'slow', runs: [12_000, 14_000], cpu: [1, 2], budget: 12_999, note: 'n' };
const absent: Row = { name: 'absent', missing: 'there is no helm' };

describe('a measurement', () => {
  it('has the middle of its runs as median, whatever the outliers', () => {
    expect([median([3, 1, 2]), median([1, 2, 3, 1000]), median([7])]).toEqual([2, 2.5, 7]);
    expect(() => median([])).toThrow(RangeError);
  });

  it('keeps its budget by its median; what was not measured keeps none', () => {
    expect([kept, missed, absent].map(isWithin)).toEqual([true, false, false]);
  });

  it.each<readonly [what: string, spans: readonly (readonly [number, number])[], total: number]>([
    ['nothing', [], 0],
    ['one after the other', [[0, 10], [20, 25]], 15],
    ['side by side', [[0, 10], [5, 12]], 12],
    ['one inside the other, told in another order', [[3, 4], [0, 10]], 10],
  ])('counts the time of programs that ran side by side once: %s', (_, spans, total) => {
    expect(covered(spans.map(([from, to]) => ({ from, to })))).toBe(total);
  });

  it('sees the programs that are started while it watches, by their names', async () => {
    const watch = watchProcesses();
    await run(process.execPath, ['--version']);
    const seen = watch.take();
    watch.stop();
    await run(process.execPath, ['--version']);
    expect([...seen].map(([name, { started }]) => [name, started])).toEqual([['node', 1]]);
    expect(watch.take().size).toBe(0);
  });
});

describe('the report', () => {
  it('shows each median beside its budget, the renderers apart, and why something is missing', () => {
    expect(renderTable([kept, missed, absent]).split('\n')).toEqual([
      expect.stringMatching(/^what +median +renderers +ours +CPU +budget$/),
      expect.stringMatching(/^fast +20\.0 ms +5\.0 ms +14\.0 ms +8\.0 ms +≤ 20\.0 ms +kept; n$/),
      expect.stringMatching(/^slow +13\.0 s +– +13\.0 s +1\.5 ms +≤ 13\.0 s +MISSED; n$/),
      expect.stringMatching(/^absent +not measured +there is no helm$/),
    ]);
  });

  it('is one JSON object that says whether all was kept, and on which machine', () => {
    const hardware = readHardware();
    expect(JSON.parse(renderJson({ rows: [kept], hardware, applications: 10 }))).toMatchObject({ kept: true, applications: 10, hardware: { node: process.version }, rows: [{ name: 'fast', medianMs: 20, renderersMs: 5, cpuMs: 8, budgetMs: 20, kept: true }] });
    expect(JSON.parse(renderJson({ rows: [kept, absent], hardware, applications: 10 }))).toMatchObject({ kept: false });
  });
});

describe('the bench itself', () => {
  it('has every layout that it measures among ten applications, and no file twice', () => {
    const { applications, files } = fleetRepository(10);
    expect(new Set(applications.map(({ layout }) => layout))).toEqual(new Set(ONE_FIELD.map(({ layout }) => layout)));
    for (const { saidIn } of applications) expect(files.has(saidIn)).toBe(true);
  });

  const installed = installedRenderers(process.env);
  const canRun = ({ needs }: (typeof ONE_FIELD)[number]) => needs.every((program) => installed[program]);

  it('measures every row in a small repository; a row whose renderer is not installed says so', async () => {
    const rows = await runBench({ applications: 20, runs: 1, indexRuns: 1, renderers: rendererPath(process.env) });
    expect(rows.map((row) => [row.name, 'missing' in row ? row.missing.split(' on the PATH')[0] : row.runs.length])).toEqual([
      ...ONE_FIELD.map((one) => [one.name, canRun(one) ? 1 : `there is no ${one.needs[0]}`]),
      ['index of 20 applications', 1],
      ['after a commit that changes a file', 1],
      ['after a commit that adds one', 1],
    ]);
    expect(rows.at(-2)).toMatchObject({ note: expect.stringMatching(/; 1 of \d+ read again$/) });
  });

  it('says which renderer is missing and how to get it, and then ends as if the budget were missed', async () => {
    const [row, ...others] = await runBench({ applications: 10, runs: 1, indexRuns: 1, renderers: '', only: 'kustomize' });
    expect(others).toEqual([]);
    expect(row).toEqual({ name: 'one field, kustomize', missing: expect.stringMatching(/^there is no kustomize on the PATH: install kustomize 5.*npm run lab -- build kustomize/) });
    expect(row && isWithin(row)).toBe(false);
  });

  it('prints a table, and with --json one object as its last line', async () => {
    const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'main.ts'), 'raw', '--applications', '10', '--runs', '1', '--json'], { env: process.env }).catch((error: { readonly stdout: string }) => error);
    const lines = stdout.trim().split('\n');
    expect(lines[0]).toMatch(/^what/);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ rows: [{ name: 'one field, raw' }] });
  });

  it.each([[['--runs', '0'], /--runs is a whole number/], [['nothing-like-that'], /nothing is called "nothing-like-that"/]])('refuses %j', async (args, words) => {
    await expect(run(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args, '--applications', '10'])).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(words) });
  });
});
