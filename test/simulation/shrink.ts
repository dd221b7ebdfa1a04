import { play, type Outcome } from './run.ts';
import type { Schedule } from './schedule/schedule.ts';
import type { PlantedBug } from './world/hub.ts';

/** The parts of a schedule that a violation does not need, left out one after the other until none can be. */
export async function shrink(schedule: Schedule, invariant: string, options: { readonly bug?: PlantedBug } = {}): Promise<Schedule> {
  let smallest = schedule;
  for (const candidate of candidates) {
    for (let index = 0; ; index += 1) {
      const smaller = candidate(smallest, index);
      if (smaller === undefined) break;
      const { violation } = await play(smaller, options);
      if (violation?.invariant !== invariant) continue;
      smallest = smaller;
      index -= 1;
    }
  }
  return smallest;
}

type Candidate = (schedule: Schedule, index: number) => Schedule | undefined;

const without = <T>(items: readonly T[], index: number): readonly T[] => items.filter((_, at) => at !== index);

/** Each leaves one thing out; undefined: there are no more of its kind. */
const candidates: readonly Candidate[] = [
  (schedule, index) => (index < schedule.incidents.length ? { ...schedule, incidents: without(schedule.incidents, index) } : undefined),
  (schedule, index) => (schedule.workloads.length > 1 && index < schedule.workloads.length ? { ...schedule, workloads: without(schedule.workloads, index) } : undefined),
  (schedule, index) => (schedule.skews.length > 1 && index === 0 ? { ...schedule, skews: schedule.skews.slice(0, 1), starts: schedule.starts.slice(0, 1) } : undefined),
  (schedule, index) => (schedule.skews.some((skew) => skew !== 0) && index === 0 ? { ...schedule, skews: schedule.skews.map(() => 0) } : undefined),
];

/** What a person reads of a violation: what, when, and how to see it again. */
export async function explain(schedule: Schedule, { violation }: Outcome, options: { readonly bug?: PlantedBug } = {}): Promise<string> {
  if (violation === undefined) return 'no violation';
  const smallest = await shrink(schedule, violation.invariant, options);
  const lines: string[] = [];
  const again = await play(smallest, { ...options, trace: (line) => void lines.push(line) });
  const { incidents, workloads, skews } = smallest;
  return [
    `${violation.invariant}: ${violation.message}`,
    `seed ${schedule.seed}, step ${violation.step}; replay with: npm run simulate -- --from ${schedule.seed} --seeds 1 --trace`,
    `shrunk to ${workloads.length} workloads, ${skews.length} hubs, ${incidents.length} incidents: ${incidents.map((incident) => JSON.stringify(incident)).join(' ') || 'none'}`,
    ...lines.slice(-60),
    `→ ${again.violation?.invariant ?? ''}: ${again.violation?.message ?? ''}`,
  ].join('\n');
}
