import { parseTime } from '@fleetmend/kernel';
import { guard } from '../guard.ts';

export const breakerOpen = guard('the breaker is open', (view) => view.request.status.admission?.result === 'Breaker');
export const admitted = guard('admitted', (view) => view.request.status.admission?.result === 'Admitted');

/** Cooling down or over budget, and not yet due to be asked again. */
export const heldBack = guard('cooling down or over budget', (view) => {
  const { admission } = view.request.status;
  if (admission?.result !== 'Held') return false;
  const due = parseTime(admission.notBefore);
  return due !== undefined && view.now < due;
});
