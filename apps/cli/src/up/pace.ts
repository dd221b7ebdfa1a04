import { parseDuration, type Duration } from '@fleetmend/kernel';

/** How fast the sandbox lives: what goes into the hub's config, and how soon agents call a failure closed. */
export interface Pace {
  readonly hub: Readonly<Record<string, unknown>>;
  readonly closeDwell: Duration;
}

export const DEMO_PACE: Pace = { hub: { lifecycle: { hold: '10s' } }, closeDwell: parseDuration('10s') };
/** For tests that kill and start the process many times. */
export const ACCELERATED_PACE: Pace = { hub: { lifecycle: { hold: '2s' }, groupingWindow: '200ms', poll: '250ms' }, closeDwell: parseDuration('2s') };
