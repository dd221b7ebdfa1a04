import { describe, expect, it } from 'vitest';
import { renderJson, renderPage, renderTable } from './report.ts';
import type { Row } from './row.ts';
import { allAsExpected, totalsBy, totalsOf } from './totals.ts';

const row = (parts: Partial<Row>): Row => ({ name: 'a', class: 'OOMKilled', layout: 'raw', expected: 'Repaired', outcome: 'Repaired', asExpected: true, why: '', ticketsBeside: 0, tokens: 0, took: 1, details: ['because'], ...parts });
const ROWS: readonly Row[] = [
  row({ secondsToPullRequest: 3.85, secondsToRecovery: 10, ticketsBeside: 1 }),
  row({ name: 'b', outcome: 'Missed', asExpected: false, why: 'nobody noticed | the fault' }),
  row({ name: 'c', class: 'Quota', expected: 'Escalated', outcome: 'Escalated' }),
  row({ name: 'd', class: 'Quota', expected: 'Ignored', outcome: 'Wrong', asExpected: false }),
  row({ name: 'e', class: 'Quota', expected: 'Repaired|Escalated', outcome: 'Escalated', layout: 'helm', tokens: 7 }),
  row({ name: 'f', outcome: 'Skipped', asExpected: false, why: 'no metrics-api' }),
  row({ name: 'g', class: '', layout: '', expected: '', outcome: 'Malformed', asExpected: false, why: 'scenario.yaml: name' }),
];

describe('totals', () => {
  it('count what could be played, and what was accepted in the place of a repair beside what was repaired', () => {
    expect(totalsOf(ROWS)).toEqual({ scenarios: 5, fixable: 3, repaired: 1, handedOver: 1, restraint: 2, restraintRight: 1, missed: 1, wrong: 1, harmful: 0, malformed: 1, broken: 0, skipped: 1, ticketsBeside: 1, tokens: 7 });
  });

  it('are told by class and by layout', () => {
    expect(Object.entries(totalsBy(ROWS, 'layout')).map(([name, { scenarios }]) => [name, scenarios])).toEqual([['helm', 1], ['raw', 4]]);
    expect(totalsBy(ROWS, 'class')['Quota']).toMatchObject({ fixable: 1, repaired: 0, handedOver: 1, restraint: 2, restraintRight: 1 });
  });
});

describe('the exit status is good', () => {
  it.each([
    ['when all that was played ended as expected', [row({}), row({ outcome: 'Skipped', asExpected: false })], true],
    ['not when one did not', [row({}), row({ outcome: 'Wrong', asExpected: false })], false],
    ['not when a folder could not be read', [row({}), row({ outcome: 'Malformed', asExpected: false })], false],
    ['not when nothing was played', [row({ outcome: 'Skipped', asExpected: false })], false],
  ])('%s', (_, rows, good) => {
    expect(allAsExpected(rows)).toBe(good);
  });
});

it('the JSON holds totals and rows, without what is for people', () => {
  const told = JSON.parse(renderJson(ROWS)) as { totals: object; byClass: object; byLayout: object; rows: object[] };
  expect(Object.keys(told)).toEqual(['totals', 'byClass', 'byLayout', 'rows']);
  expect(told.rows[0]).toEqual({ name: 'a', class: 'OOMKilled', layout: 'raw', expected: 'Repaired', outcome: 'Repaired', asExpected: true, why: '', ticketsBeside: 1, tokens: 0, secondsToPullRequest: 3.85, secondsToRecovery: 10 });
});

it('the table marks what went wrong, and shows the details only when asked', () => {
  expect(renderTable(ROWS).split('\n').map((line) => line[0])).toEqual([' ', '✓', '✗', '✓', '✗', '✓', '-', '✗']);
  expect(renderTable(ROWS)).not.toContain('because');
  expect(renderTable(ROWS, { verbose: true })).toContain('      because');
});

it('the page is a table in which no text breaks out of its cell', () => {
  expect(renderPage(ROWS, { world: 'sandbox' })).toContain('| b | OOMKilled | raw | Repaired | Missed |  |  | nobody noticed \\| the fault |');
});
