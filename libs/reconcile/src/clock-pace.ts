import { seconds, type Duration, type Instant } from '@fleetmend/kernel';
import type { RemediationRequestStatus } from '@fleetmend/model';
import { sameStatus } from './settle.ts';

const APART: Duration = seconds(30);

/** Decides whether a status that differs from the stored one only in its clock, or in what it says to wait for, is worth a write now. */
export type ClockPace = (key: string, before: RemediationRequestStatus, after: RemediationRequestStatus, now: Instant) => boolean;

/**
 * Two hubs may not agree whether a cluster is silent. Each would stop or start the clock as soon as the other has done the
 * opposite, as fast as the API server can write; the same goes for the words that say what is waited for. So a hub touches
 * these alone only now and then; with other news it always may.
 */
export function createClockPace(): ClockPace {
  const touched = new Map<string, Instant>();
  const withoutClock = ({ clockAt: _, clocks: __, summary: ___, ...rest }: RemediationRequestStatus) => rest as RemediationRequestStatus;
  return (key, before, after, now) => {
    if (!sameStatus(withoutClock(before), withoutClock(after))) return true;
    if (now - (touched.get(key) ?? -Infinity) < APART) return false;
    touched.set(key, now);
    return true;
  };
}
