import { parseTime, type Instant } from '@fleetmend/kernel';
import type { PullRequest } from '@fleetmend/model';
import type { LifecycleSettings } from './settings.ts';

/**
 * Whether what a forge says of checks counts by now: systems that check create theirs a while after a push, one by one.
 * The head is as old as the pull request, for we push once, and a head that moved is touched.
 */
export function checksSettled({ checks, openedAt }: Pick<PullRequest, 'checks' | 'openedAt'>, now: Instant, { checksSettle }: Pick<LifecycleSettings, 'checksSettle'>): boolean {
  if (checks === undefined) return true;
  const opened = parseTime(openedAt);
  return opened !== undefined && now - opened >= checksSettle;
}
