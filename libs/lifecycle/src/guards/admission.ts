import { parseTime } from '@fleetmend/kernel';
import { openPullRequestUse } from '../budgets.ts';
import { guard } from '../guard.ts';

export const breakerOpen = guard('the breaker is open', (view) => view.request.status.admission?.result === 'Breaker');
export const intended = guard('Git has always said so', (view) => view.request.status.admission?.result === 'Intended');
export const admitted = guard('admitted', (view) => view.request.status.admission?.result === 'Admitted');

/**
 * Cooling down until a time, or over a budget for as long as the view shows it: what can be seen in the view is not written
 * again and again.
 */
export const heldBack = guard('cooling down or over budget', (view) => {
  const { admission } = view.request.status;
  if (admission?.result !== 'Held') return false;
  const due = parseTime(admission.notBefore);
  return due === undefined ? openPullRequestUse(view).some((use) => use.open >= use.limit) : view.now < due;
});
