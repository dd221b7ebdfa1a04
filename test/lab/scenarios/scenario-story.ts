import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duration } from '@fleetmend/kernel';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { findScenarios } from '../../scorecard/find-scenarios.ts';
import { renderTable } from '../../scorecard/report.ts';
import type { Row } from '../../scorecard/row.ts';
import { buildProduct, type ProductPrograms } from '../journeys/product.ts';
import { startStory } from '../journeys/story.ts';
import { playLab } from './play-lab.ts';

const PATIENCE = 20 * 60_000;

/** The project's own scenarios of these names, sorted by path. */
export const ownScenarios = (names: readonly string[]): readonly string[] => findScenarios([join(import.meta.dirname, '../../scenarios')], names);

export interface ScenarioStory {
  readonly title: string;
  readonly dirs: readonly string[];
  /** How long a repair has to last. */
  readonly held: Duration;
  /** Given where the rows are wanted and an unexpected one is no failure of the spec. */
  readonly collect?: (rows: readonly Row[]) => void;
}

/** A test for each folder: played on the lab's servers, one after the other, and measured as the scorecard does. */
export const scenarioStory = ({ title, dirs, held, collect }: ScenarioStory): void => {
  const lab = inject('lab');
  const rows: Row[] = [];
  let programs: ProductPrograms;
  beforeAll(async () => {
    programs = await buildProduct(mkdtempSync(join(tmpdir(), 'product-')));
  });

  const story = startStory(title);
  afterAll(() => {
    process.stdout.write(`\n${renderTable(rows)}\n`);
    collect?.(rows);
  });

  it.each(dirs.map((dir) => [dir.split('/').at(-1) ?? dir, dir] as const))('%s', { timeout: PATIENCE }, async (_, dir) => {
    const row = await playLab(dir, { lab, programs, held, tell: story.tell });
    rows.push(row);
    story.tell(`${row.name}: ${row.outcome} ${row.why}`);
    if (collect === undefined) expect([row.asExpected, row.why, row.details]).toEqual([true, expect.stringMatching(/^(?:accepted as well)?$/), expect.anything()]);
  });
};
