import { afterAll, describe, expect, test } from 'vitest';
import { parityCases } from './cases/cases.ts';
import { compare, isEqual, mainSign } from './compare.ts';
import { readRecordings } from './recordings.ts';
import { playInSandbox } from './worlds.ts';

const recordings = readRecordings();
const rows: (readonly [name: string, failureClass: string, sandbox: string, real: string, equal: string])[] = [];

afterAll(() => {
  const table = [['case', 'class', 'sandbox', `Kubernetes ${recordings.kubernetes}`, 'equal'] as const, ...rows];
  const width = (column: number): number => Math.max(...table.map((row) => row[column]?.length ?? 0));
  const widths = [0, 1, 2, 3].map(width);
  const lines = table.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
  const equal = rows.filter(([, , , , answer]) => answer === 'yes').length;
  process.stdout.write(`${lines.join('\n')}\n${equal} of ${rows.length} are equal in every line\n`);
});

describe('a failure in the sandbox', () => {
  test.each(parityCases.map((one) => ({ one, name: one.name })))('looks as on real servers: $name', async ({ one }) => {
    const { seen } = await playInSandbox(one);
    const real = recordings.cases[one.name] ?? [];
    const comparison = compare(seen, real, one.accepted);
    const answer = isEqual(comparison) ? (one.accepted ? 'but for what is accepted' : 'yes') : 'NO';
    rows.push([one.name, one.class, mainSign(seen), mainSign(recordings.cases[one.name]), answer]);
    expect(comparison).toEqual({ onlySandbox: [], onlyReal: [], stale: [] });
  });
});

describe('the list of parity', () => {
  test('has at least forty failure shapes, over every section that both worlds can show', () => {
    expect(parityCases.filter(({ class: failure }) => failure !== 'none').length).toBeGreaterThanOrEqual(40);
  });

  test('has names of their own', () => {
    expect(new Set(parityCases.map(({ name }) => name)).size).toBe(parityCases.length);
  });

  test('was recorded on real servers, every case of it and no other', () => {
    expect(Object.keys(recordings.cases).sort()).toEqual(parityCases.map(({ name }) => name).sort());
  });
});
