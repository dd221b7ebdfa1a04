import type { Row } from './row.ts';
import { totalsBy, totalsOf, type Totals } from './totals.ts';

const HEAD = ['', 'scenario', 'class', 'layout', 'expected', 'outcome', 'to PR', 'to recovery', 'why'] as const;

/** One line as it is printed while the scenarios are played. */
export function renderLine(row: Row): string {
  return cellsOf(row).join('  ').trimEnd();
}

/** The whole table for a terminal; the last column is cut at `width` unless `verbose`. */
export function renderTable(rows: readonly Row[], { verbose = false }: { readonly verbose?: boolean } = {}): string {
  const lines = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines.flatMap((line, index) => [line.map((cell, column) => (column === HEAD.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  ').trimEnd(), ...(verbose && index > 0 ? (rows[index - 1]?.details ?? []).map((detail) => `      ${detail}`) : [])]).join('\n');
}

function cellsOf(row: Row): readonly string[] {
  return [mark(row), row.name, row.class, row.layout, row.expected, row.outcome, inSeconds(row.secondsToPullRequest), inSeconds(row.secondsToRecovery), row.why];
}

function mark({ outcome, asExpected }: Row): string {
  return outcome === 'Skipped' ? '-' : asExpected ? '✓' : '✗';
}

function inSeconds(value: number | undefined): string {
  return value === undefined ? '' : `${value.toFixed(1)}s`;
}

/** `41 of 45 repaired, …` */
export function renderTotals(totals: Totals): string {
  const { scenarios, fixable, repaired, handedOver, restraint, restraintRight, missed, wrong, harmful, malformed, broken, skipped, ticketsBeside, tokens } = totals;
  const parts = [`${scenarios} scenarios: ${repaired} of ${fixable} repaired`, `${handedOver} handed over where that is accepted`, `${restraintRight} of ${restraint} rightly left alone`, `${missed} missed`, `${wrong} wrong`, `${harmful} harmful`, `${ticketsBeside} tickets beside a repair`, `${tokens} model tokens`];
  const rest = ([['malformed', malformed], ['not played to the end', broken], ['skipped', skipped]] as const).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
  return [...parts, ...rest].join(', ');
}

export function renderSummary(rows: readonly Row[], column: 'class' | 'layout'): string {
  return Object.entries(totalsBy(rows, column)).map(([name, { fixable, repaired, handedOver, restraint, restraintRight, wrong, harmful, skipped }]) => `  ${name.padEnd(28)} repaired ${repaired}/${fixable}${handedOver > 0 ? `  handed over ${handedOver}` : ''}  left alone ${restraintRight}/${restraint}${wrong + harmful > 0 ? `  wrong ${wrong}, harmful ${harmful}` : ''}${skipped > 0 ? `  skipped ${skipped}` : ''}`).join('\n');
}

/** What `--json` prints as its last line. */
export function renderJson(rows: readonly Row[]): string {
  return JSON.stringify({ totals: totalsOf(rows), byClass: totalsBy(rows, 'class'), byLayout: totalsBy(rows, 'layout'), rows: rows.map(({ details: _, took: _took, ...row }) => row) });
}

/** `docs/scorecard.md`. */
export function renderPage(rows: readonly Row[], { world }: { readonly world: string }): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const table = (head: readonly string[], body: readonly (readonly string[])[]) => [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
  const by = (column: 'class' | 'layout') => table([column, 'repaired', 'handed over', 'rightly left alone', 'missed', 'wrong', 'harmful'], Object.entries(totalsBy(rows, column)).map(([name, one]) => [name, `${one.repaired} of ${one.fixable}`, String(one.handedOver), `${one.restraintRight} of ${one.restraint}`, String(one.missed), String(one.wrong), String(one.harmful)]));
  return [
    '# Scorecard',
    '',
    'Written by `npm run scorecard -- --write`. Every scenario below [test/scenarios](../test/scenarios) is played in the ' + world + ', without a model, and measured as [guides/scenarios.md](guides/scenarios.md) says. Run `npm run scorecard` to check it, `npm run scorecard -- --scenarios DIR` for scenarios of your own.',
    '',
    `${renderTotals(totalsOf(rows))}.`,
    '',
    '## By class',
    '',
    by('class'),
    '',
    '## By layout',
    '',
    by('layout'),
    '',
    '## Every scenario',
    '',
    table(['scenario', 'class', 'layout', 'expected', 'outcome', 'to pull request', 'to recovery', 'why'], rows.map((row) => cellsOf(row).slice(1).map((cell) => cell.slice(0, 300)))),
    '',
  ].join('\n');
}
