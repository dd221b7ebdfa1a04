import { describe, expect, it } from 'vitest';
import { rolloutExamples } from '../spec-support/rollout-examples.ts';
import { decideRollout } from './next-rollout.ts';
import { rolloutTable, type RolloutStep, type RolloutTable } from './rollout-table.ts';

function render(step: RolloutStep): string {
  if (step.kind === 'move') return `→ ${step.to} (${step.reason})`;
  return step.kind === 'rest' ? `rest (${step.reason})` : step.kind;
}

describe('the table of a policy rollout', () => {
  it.each(rolloutExamples.map((example) => [example.sentence, example] as const))('%s', (_, { view, wanted }) => {
    expect(render(decideRollout(view))).toBe(wanted);
  });
});

describe('a row left out', () => {
  const mutants = Object.entries(rolloutTable).flatMap(([state, rows]) => rows.map((row) => ({ name: `${state}: when ${row.when}`, table: { ...rolloutTable, [state]: rows.filter((other) => other !== row) } as RolloutTable })));
  it.each(mutants.map((mutant) => [mutant.name, mutant.table] as const))('%s is noticed by an example', (_, table) => {
    const noticed = rolloutExamples.filter(({ view, wanted }) => render(decideRollout(view, table)) !== wanted);
    expect(noticed.length, 'no example notices: add one to spec-support/rollout-examples.ts').toBeGreaterThan(0);
  });
});
