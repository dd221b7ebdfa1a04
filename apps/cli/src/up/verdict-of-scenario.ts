import { minutes, parseDuration, seconds, type Duration } from '@fleetmend/kernel';
import type { RemediationRequest } from '@fleetmend/model';
import type { Scenario } from '@fleetmend/sandbox';
import { isFinished } from './result.ts';

type Expectation = Pick<Scenario['expect'], 'outcome' | 'requests' | 'pullRequests'>;

/** What can be seen of a played scenario. */
export interface Seen {
  readonly requests: readonly RemediationRequest[];
  readonly pullRequests: number;
}

const BEFORE_WORK = ['Detected', 'Inhibited', 'Dismissed'];
const DEFAULT_WITHIN = minutes(3);
const DEFAULT_OBSERVE = seconds(60);

/** How long to look, counted from the fault: until it must be over, or as long as nothing may happen. */
export function patienceOf({ expect }: Scenario): Duration {
  const all = [expect, ...(expect.alsoAccept ?? [])];
  return Math.max(...all.map(({ outcome, within, observe }) => (outcome === 'Ignored' ? span(observe, DEFAULT_OBSERVE) : span(within, DEFAULT_WITHIN))));
}

/** The looking can end: nothing that is expected can come true, or become untrue, any more. */
export function isDecided(scenario: Scenario, seen: Seen): boolean {
  const { requests } = seen;
  if (scenario.expect.outcome === 'Ignored') return !ignored(seen);
  if (requests.length === 0 || !requests.every(isFinished)) return false;
  return requests.some(({ status }) => status.phase !== 'Dismissed');
}

/** The outcome is the expected one, or one that is accepted as well. */
export function holds({ expect }: Scenario, seen: Seen): boolean {
  return [expect, ...(expect.alsoAccept ?? [])].some((expectation) => meets(expectation, seen));
}

function meets({ outcome, requests, pullRequests }: Expectation, seen: Seen): boolean {
  if (requests !== undefined && seen.requests.length !== requests) return false;
  if (pullRequests !== undefined && seen.pullRequests !== pullRequests) return false;
  if (outcome === 'Ignored') return ignored(seen);
  const phases = seen.requests.map(({ status }) => status.phase);
  if (outcome === 'Escalated') return phases.includes('Escalated') && seen.pullRequests === 0;
  return phases.includes('Succeeded') && phases.every((phase) => phase === 'Succeeded' || phase === 'Dismissed');
}

function ignored({ requests, pullRequests }: Seen): boolean {
  return pullRequests === 0 && requests.every(({ status }) => BEFORE_WORK.includes(status.phase));
}

function span(text: string | undefined, fallback: Duration): Duration {
  return text === undefined ? fallback : parseDuration(text);
}
