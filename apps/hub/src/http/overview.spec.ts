import { describe, expect, it } from 'vitest';
import type { RemediationRequest } from '@fleetmend/model';
import { aRequest } from '../../../../libs/lifecycle/src/told-request.fixture.ts';
import { overviewOf } from './overview.ts';

const at = (minute: number) => `2026-01-05T09:${String(minute).padStart(2, '0')}:00Z`;
const repaired = (minutes: number): RemediationRequest => aRequest({ phase: 'Succeeded', occurrences: { count: 1, firstSeen: at(0), lastSeen: at(0), samples: [] }, phaseSince: at(minutes) });

describe('the fleet in numbers', () => {
  it('has no ratio and no time before anything ended', () => {
    expect(overviewOf([aRequest({ phase: 'Diagnosing' })])).toMatchObject({ live: 1, waiting: 0, successRatio: undefined, timeToRepair: undefined });
  });

  it('counts what was tried: repaired, failed, escalated, and not what was dismissed', () => {
    const numbers = overviewOf([repaired(4), repaired(6), aRequest({ phase: 'Failed' }), aRequest({ phase: 'Escalated' }), aRequest({ phase: 'Dismissed' })]);
    expect(numbers).toMatchObject({ live: 0, succeeded: 2, failed: 1, escalated: 1, dismissed: 1, successRatio: 0.5, timeToRepair: 5 * 60_000 });
  });

  it('knows who waits for a person: not what the hub may merge by itself', () => {
    const open = (mayMerge: boolean) => aRequest({ phase: 'PullRequestOpen', pullRequest: { url: 'u', number: 1, branch: 'b', state: 'Open', touched: false, openedAt: at(0), mayMerge } });
    expect(overviewOf([open(true), open(false), aRequest({ phase: 'AwaitingApproval' })]).waiting).toBe(2);
  });
});
