import { PHASES, type RequestSummary } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { FILTERS, renderPercent, renderSpan, safeLink, wordsOf } from './wording.ts';

const inPhase = (phase: string): RequestSummary => ({ namespace: 'shop-team', name: 'rr-1', uid: '1', clusters: ['prod-1'], target: 'Deployment/shop/checkout', failure: 'OOMKilled', phase, reason: undefined, attempt: 1, seen: 1, cause: undefined, pullRequest: undefined, createdAt: '2026-01-05T09:00:00Z', phaseSince: undefined });

it('has words for every phase there is', () => {
  expect(PHASES.filter((phase) => wordsOf(phase) === phase)).toEqual([]);
});

it('shows every request under "In progress" or "Ended", and never under both', () => {
  const [live, , ended] = FILTERS;
  for (const phase of PHASES) expect(live.shows(inPhase(phase)) !== ended.shows(inPhase(phase)), phase).toBe(true);
});

it.each([[0, '0s'], [999, '0s'], [59_000, '59s'], [61_000, '1m 1s'], [3_600_000, '1h'], [90_061_000, '1d 1h']])('renders %d ms as %s', (ms, text) => {
  expect(renderSpan(ms)).toBe(text);
});

it('says nothing of a ratio that does not exist yet', () => {
  expect([renderPercent(undefined), renderPercent(0), renderPercent(2 / 3)]).toEqual(['–', '0 %', '67 %']);
});

describe('a link from a status', () => {
  it.each(['http://127.0.0.1:3000/a/pulls/1', 'https://forge.example.org/a/pull/1'])('may lead to %s', (url) => {
    expect(safeLink(url)).toBe(url);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'local:fleet/pulls/1', ' https://a', undefined])('never leads to %s', (url) => {
    expect(safeLink(url)).toBeUndefined();
  });
});
