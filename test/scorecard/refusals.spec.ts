import { existsSync, globSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '..', '..');
const SCENARIOS = join(ROOT, 'test', 'scenarios');
const PAGE = readFileSync(join(ROOT, 'docs', 'guides', 'source-layouts.md'), 'utf8');

interface Refusal {
  readonly what: string;
  /** What the ticket says, in pieces: what stands between them differs from case to case. */
  readonly says: readonly string[];
  readonly scenarios: readonly string[];
}

interface Expectation {
  readonly outcome: string;
  readonly mentions?: readonly string[];
}

/** The rows of the page's last table. */
const REFUSALS: readonly Refusal[] = PAGE.slice(PAGE.indexOf('## What is refused'))
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| what stands'))
  .map((line) => line.slice(1, -1).split(' | ').map((cell) => cell.trim()))
  .map(([what = '', , says = '', scenarios = '']) => ({ what, says: quoted(says), scenarios: quoted(scenarios) }));

function quoted(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
}

function expectationOf(scenario: string): Expectation {
  return (parse(readFileSync(join(SCENARIOS, scenario, 'scenario.yaml'), 'utf8')) as { readonly expect: Expectation }).expect;
}

/** Everything that a ticket may be made of. */
const CODE = globSync(['libs/{manifest,source-layouts,render,stages}/src/**/*.ts', 'policies/remediation/**/*.rego'], { cwd: ROOT })
  .filter((file) => !/\.spec\.ts$|_test\.rego$/.test(file))
  .map((file) => readFileSync(join(ROOT, file), 'utf8'))
  .join('\n');

describe('what is refused', () => {
  it('is told in a table', () => {
    expect(REFUSALS.length).toBeGreaterThan(20);
  });

  it.each(REFUSALS)('$what: is played by a scenario', ({ scenarios }) => {
    expect(scenarios.length).toBeGreaterThan(0);
    for (const scenario of scenarios) expect(existsSync(join(SCENARIOS, scenario, 'scenario.yaml')), `${scenario} is no scenario`).toBe(true);
  });

  it.each(REFUSALS)('$what: every scenario of it expects a ticket with its words', ({ scenarios, says }) => {
    for (const scenario of scenarios) {
      const { outcome, mentions = [] } = expectationOf(scenario);
      expect(outcome, scenario).toBe('Escalated');
      expect(says.some((piece) => mentions.some((mention) => mention.includes(piece))), `${scenario} mentions ${mentions.join(', ')}, and the table says ${says.join(' … ')}`).toBe(true);
    }
  });

  it.each(REFUSALS)('$what: its words are those of the code', ({ says }) => {
    expect(says.length).toBeGreaterThan(0);
    for (const piece of says) expect(CODE.includes(piece), `nobody says "${piece}"`).toBe(true);
  });

  it.each(readdirSync(join(SCENARIOS, 'refusals')))('%s stands in the table', (name) => {
    expect(REFUSALS.flatMap(({ scenarios }) => scenarios)).toContain(`refusals/${name}`);
  });
});
