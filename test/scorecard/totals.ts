import type { Row } from './row.ts';

export interface Totals {
  /** Skipped ones do not count. */
  readonly scenarios: number;
  /** Where a repair is expected, how many of them were repaired, and how many ended in a ticket that is accepted instead. */
  readonly fixable: number;
  readonly repaired: number;
  readonly handedOver: number;
  /** Where nothing may be changed, and how many of them ended as expected. */
  readonly restraint: number;
  readonly restraintRight: number;
  readonly missed: number;
  readonly wrong: number;
  readonly harmful: number;
  /** Could not be read, or not played to their end. */
  readonly malformed: number;
  readonly broken: number;
  readonly skipped: number;
  readonly ticketsBeside: number;
  readonly tokens: number;
}

export function totalsOf(rows: readonly Row[]): Totals {
  const counted = rows.filter(({ outcome }) => outcome !== 'Skipped' && outcome !== 'Malformed');
  const fixable = counted.filter(({ expected }) => expected.startsWith('Repaired'));
  const restraint = counted.filter((row) => !fixable.includes(row));
  const of = (outcome: Row['outcome']) => rows.filter((row) => row.outcome === outcome && !row.asExpected).length;
  return {
    scenarios: counted.length,
    fixable: fixable.length,
    repaired: fixable.filter(({ asExpected, outcome }) => asExpected && outcome === 'Repaired').length,
    handedOver: fixable.filter(({ asExpected, outcome }) => asExpected && outcome !== 'Repaired').length,
    restraint: restraint.length,
    restraintRight: restraint.filter(({ asExpected }) => asExpected).length,
    missed: of('Missed'),
    wrong: of('Wrong'),
    harmful: of('Harmful'),
    malformed: of('Malformed'),
    broken: of('Broken'),
    skipped: of('Skipped'),
    ticketsBeside: counted.reduce((sum, row) => sum + row.ticketsBeside, 0),
    tokens: counted.reduce((sum, { tokens }) => sum + tokens, 0),
  };
}

/** The totals of each value of a column. */
export function totalsBy(rows: readonly Row[], column: 'class' | 'layout'): Readonly<Record<string, Totals>> {
  const names = [...new Set(rows.map((row) => row[column]))].filter((name) => name !== '').sort();
  return Object.fromEntries(names.map((name) => [name, totalsOf(rows.filter((row) => row[column] === name))]));
}

/** Everything that counts ended as expected, and nothing was unreadable. */
export function allAsExpected(rows: readonly Row[]): boolean {
  const counted = rows.filter(({ outcome }) => outcome !== 'Skipped');
  return counted.length > 0 && counted.every(({ asExpected }) => asExpected);
}
