import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seconds } from '@fleetmend/kernel';
import { HELD } from '@fleetmend/sandbox';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { findScenarios } from '../../scorecard/find-scenarios.ts';
import { renderTable } from '../../scorecard/report.ts';
import type { Row } from '../../scorecard/row.ts';
import { startStory } from '../journeys/story.ts';
import { buildProduct, type ProductPrograms } from '../journeys/product.ts';
import { playLab } from './play-lab.ts';

const lab = inject('lab');
const SMOKE = ['oom-limit-lowered', 'image-tag-typo', 'crash-loop-env-changed', 'quota-real-growth', 'harmless-change'];
/** Given by `npm run scorecard -- --world lab`: folders to play instead, and where their rows go. */
const { FLEETMEND_SCENARIOS: given, FLEETMEND_SCENARIO_ROWS: rowsFile } = process.env;
const dirs = given === undefined ? findScenarios([join(import.meta.dirname, '../../scenarios')], SMOKE) : (JSON.parse(given) as readonly string[]);
/** How long a repair has to last: the whole minute counts where scenarios are scored, and not in each run of the lab's own set. */
const held = given === undefined ? seconds(20) : HELD;
const PATIENCE = 20 * 60_000;

const rows: Row[] = [];
let programs: ProductPrograms;
beforeAll(async () => {
  programs = await buildProduct(mkdtempSync(join(tmpdir(), 'product-')));
});

const story = startStory('scenarios on real servers');
afterAll(() => {
  process.stdout.write(`\n${renderTable(rows)}\n`);
  if (rowsFile !== undefined) writeFileSync(rowsFile, JSON.stringify(rows));
});

it.each(dirs.map((dir) => [dir.split('/').at(-1) ?? dir, dir] as const))('%s', { timeout: PATIENCE }, async (_, dir) => {
  const row = await playLab(dir, { lab, programs, held, tell: story.tell });
  rows.push(row);
  story.tell(`${row.name}: ${row.outcome} ${row.why}`);
  if (rowsFile === undefined) expect([row.asExpected, row.why, row.details]).toEqual([true, '', expect.anything()]);
});
