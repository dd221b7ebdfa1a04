import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { playAll } from './players.ts';

const GOOD = join(import.meta.dirname, '../scenarios/harmless-change');
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'fleetmend-players-'));
});
afterAll(() => rmSync(root, { recursive: true }));

/** A copy of the scenario with other words in its `scenario.yaml`. */
const varied = (name: string, change: (text: string) => string): string => {
  const dir = join(root, name);
  cpSync(GOOD, dir, { recursive: true });
  const file = join(dir, 'scenario.yaml');
  writeFileSync(file, change(readFileSync(file, 'utf8').replace('harmless-change', name)));
  return dir;
};

it('plays folders that the project has never seen; one that cannot be read or played does not hold up the others', { timeout: 60_000 }, async () => {
  const dirs = [
    varied('misspelt', (text) => text.replace('outcome:', 'outcom:')),
    varied('elsewhere', (text) => `${text}\nrequires: [network-policy-enforcement]\n`),
    varied('never-healthy', (text) => text.replace('history/00-initial', 'history/none')),
    varied('fine', (text) => text),
    varied('not-left-alone', (text) => text.replace('Ignored', 'Escalated')),
  ];
  const told: string[] = [];
  const rows = await playAll({ dirs, jobs: 1, played: ({ name }) => told.push(name) });
  expect(rows.map(({ name, outcome, asExpected }) => [name, outcome, asExpected])).toEqual([
    ['misspelt', 'Malformed', false],
    ['elsewhere', 'Skipped', false],
    ['never-healthy', 'Malformed', false],
    ['fine', 'Ignored', true],
    ['not-left-alone', 'Missed', false],
  ]);
  expect(rows[0]?.why).toMatch(/misspelt\/scenario\.yaml: expect\.outcome: .*Unrecognized key: "outcom"/);
  expect(rows[1]?.why).toBe('the sandbox has no network-policy-enforcement');
  expect(told).toHaveLength(5);
});
