import { parseTime, type Duration } from '@fleetmend/kernel';
import { guard } from '../guard.ts';
import type { View } from '../view.ts';
import { clusterSilent, frozen, paused } from './world.ts';

/** Time spent in the present phase, stops excluded. */
export function timeInPhase({ request, now }: View): Duration {
  const { clocks, clockAt, phase } = request.status;
  const since = parseTime(clockAt);
  return (clocks?.[phase] ?? 0) + (since === undefined ? 0 : Math.max(0, now - since));
}

/** What stops every phase's clock. A row may stop it too. */
export const clockStops = guard('frozen, paused, or a cluster is silent', (view) => frozen(view) || paused(view) || clusterSilent(view));

export const late = guard('late', (view) => {
  const { phase } = view.request.status;
  const deadline = (view.settings.deadlines as Partial<Record<string, Duration>>)[phase];
  return deadline !== undefined && timeInPhase(view) > deadline;
});
