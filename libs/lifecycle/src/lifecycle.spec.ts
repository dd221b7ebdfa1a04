import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { lifecycle, type Lifecycle } from './lifecycle.ts';
import type { Decision, Row } from './row.ts';
import { examples } from './spec-support/examples.ts';

function render(decision: Decision): string {
  if (decision.kind === 'move') return `→ ${decision.to} (${decision.reason})`;
  return decision.kind === 'run' ? `run ${decision.stage}` : `rest (${decision.reason})`;
}

describe('the table', () => {
  it.each(examples.map((example) => [example.sentence, example] as const))('%s', (_, { view, wanted }) => {
    expect(render(decide(view))).toBe(wanted);
  });
});

interface Mutant {
  readonly name: string;
  readonly table: Lifecycle;
}

/** The table with one row left out, for every row. */
function mutants(): Mutant[] {
  return Object.entries(lifecycle).flatMap(([phase, rows]) =>
    rows.map((row: Row, index) => ({ name: `${phase} row ${index + 1} left out: ${row.when.name} ${row.effect}`, table: { ...lifecycle, [phase]: rows.filter((other) => other !== row) } })),
  );
}

describe('a mutation of any one row', () => {
  const survivors: string[] = [];
  it.each(mutants().map((mutant) => [mutant.name, mutant] as const))('%s is noticed by an example', (name, { table }) => {
    const noticed = examples.filter(({ view, wanted }) => render(decide(view, table)) !== wanted);
    if (noticed.length === 0) survivors.push(name);
    expect(noticed.length, 'no example notices: add one to spec-support/examples.ts').toBeGreaterThan(0);
  });

  it('prints how many were noticed', () => {
    process.stdout.write(`lifecycle: ${mutants().length - survivors.length} of ${mutants().length} mutated rows noticed\n`);
    expect(survivors).toEqual([]);
  });
});
