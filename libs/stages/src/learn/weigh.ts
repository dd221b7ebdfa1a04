import { days, type Instant } from '@fleetmend/kernel';
import type { Outcome, Precedent } from '@fleetmend/model';

/** What an outcome is worth. Only what a human merged and the cluster confirmed counts as good. */
const WORTH: Readonly<Record<Outcome, number>> = {
  Verified: 1,
  VerifiedAfterEdit: 1.5,
  Rejected: -1,
  Reverted: -2,
  NotVerified: -1,
  SelfRecovered: 0,
  Escalated: 0,
};
const HALF_LIFE = days(90);

/** Weight of a finished case now: its outcome's worth, halved every 90 days. */
export function weigh(precedent: Precedent, now: Instant): number {
  const age = Math.max(0, now - precedent.at);
  return WORTH[precedent.outcome] * 0.5 ** (age / HALF_LIFE);
}
