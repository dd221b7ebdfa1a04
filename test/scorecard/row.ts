import { basename } from 'node:path';
import { messageOf } from '@fleetmend/kernel';
import type { Outcome, Scenario, Score, Seen } from '@fleetmend/sandbox';
import { diffOf } from './text-diff.ts';

export type RowOutcome = Outcome | 'Malformed' | 'Skipped' | 'Broken';

/** One line of the scorecard. */
export interface Row {
  readonly name: string;
  readonly class: string;
  readonly layout: string;
  readonly expected: string;
  /** `Malformed`: the folder cannot be read. `Skipped`: this world cannot play it, and it does not count. `Broken`: its story could not be played. */
  readonly outcome: RowOutcome;
  readonly asExpected: boolean;
  readonly why: string;
  readonly secondsToPullRequest?: number | undefined;
  readonly secondsToRecovery?: number | undefined;
  /** Tickets that a person got though the fault was repaired: needless ones, or about something else that the repair does not mend. */
  readonly ticketsBeside: number;
  readonly tokens: number;
  /** Milliseconds of real time that it took. */
  readonly took: number;
  /** What helps to find out why: requests, tickets, diffs, the log. For `--verbose`. */
  readonly details: readonly string[];
}

export function malformedRow(dir: string, why: string): Row {
  return { name: basename(dir), class: '', layout: '', expected: '', outcome: 'Malformed', asExpected: false, why, ticketsBeside: 0, tokens: 0, took: 0, details: [] };
}

/** Of one whose player ended before it had anything to say. */
export function lostRow(dir: string, why: string): Row {
  return { ...malformedRow(dir, why), outcome: 'Broken' };
}

export function skippedRow(scenario: Scenario, reasons: readonly string[]): Row {
  return { ...headOf(scenario), outcome: 'Skipped', asExpected: false, why: reasons.join('; '), ticketsBeside: 0, tokens: 0, took: 0, details: [] };
}

export function brokenRow(scenario: Scenario, { error, log, took }: { readonly error: unknown; readonly log: readonly string[]; readonly took: number }): Row {
  return { ...headOf(scenario), outcome: 'Broken', asExpected: false, why: messageOf(error), ticketsBeside: 0, tokens: 0, took, details: log };
}

export interface PlayedScenario {
  readonly scenario: Scenario;
  readonly score: Score;
  readonly seen: Seen;
  readonly log: readonly string[];
  readonly took: number;
}

export function renderRow({ scenario, score, seen, log, took }: PlayedScenario): Row {
  const merged = seen.pullRequests.some(({ state }) => state === 'Merged');
  const why = score.asExpected ? score.why : [score.why, ...explain(seen)].filter((part) => part !== '').join(' | ');
  return {
    ...headOf(scenario),
    outcome: score.outcome,
    asExpected: score.asExpected,
    why,
    secondsToPullRequest: seen.pullRequests[0] && seen.pullRequests[0].openedAfter / 1_000,
    secondsToRecovery: merged && seen.recoveredAfter !== undefined ? seen.recoveredAfter / 1_000 : undefined,
    ticketsBeside: score.outcome === 'Repaired' ? seen.tickets.length : 0,
    tokens: 0,
    took,
    details: [...detailsOf(seen), ...log],
  };
}

function headOf({ name, class: kind, layout, expect }: Scenario): Pick<Row, 'name' | 'class' | 'layout' | 'expected'> {
  return { name, class: kind, layout, expected: [expect.outcome, ...(expect.alsoAccept ?? []).map(({ outcome }) => outcome)].filter((outcome, index, all) => all.indexOf(outcome) === index).join('|') };
}

/** Where the requests stand and why, and what was wrong at the end: the line that an engineer reads first. */
function explain({ requests, troubles }: Seen): readonly string[] {
  return [...requests.map(({ name, class: kind, target, phase, reason, says }) => `${name} (${kind} of ${target}): ${phase} (${reason})${says.length > 0 ? `, ${says.join(', ')}` : ''}`), ...(troubles.length > 0 ? [`wrong at the end: ${troubles.join(', ')}`] : [])];
}

function detailsOf(seen: Seen): readonly string[] {
  return [
    ...seen.pullRequests.flatMap(({ number, title, state, openedAfter, files }) => [`pull request #${number} after ${openedAfter / 1_000}s (${state}): ${title}`, ...diffOf(seen.faulty, files).map((line) => `  ${line}`)]),
    ...seen.tickets.flatMap(({ title, body }) => [`ticket: ${title}`, ...body.split('\n').map((line) => `  ${line}`)]),
  ];
}
