import type { FaultKind, Incident } from '../schedule/schedule.ts';

/** Where faults of each kind may strike: each kind counts its own occasions, and strikes at the ones that the schedule names. */
export interface Faults {
  /** Whether this occasion is one of those. Counts it. */
  strikes(fault: FaultKind): boolean;
  /** From now on nothing goes wrong. */
  calm(): void;
  readonly fired: ReadonlyMap<FaultKind, number>;
}

export function plannedFaults(incidents: readonly Incident[]): Faults {
  const planned = new Map<FaultKind, Set<number>>();
  for (const incident of incidents) {
    if (incident.kind !== 'fault') continue;
    planned.set(incident.fault, (planned.get(incident.fault) ?? new Set()).add(incident.nth));
  }
  const counts = new Map<FaultKind, number>();
  const fired = new Map<FaultKind, number>();
  let over = false;
  return {
    fired,
    calm: () => {
      over = true;
    },
    strikes(fault) {
      const wanted = planned.get(fault);
      if (over || wanted === undefined) return false;
      const count = counts.get(fault) ?? 0;
      counts.set(fault, count + 1);
      if (!wanted.has(count)) return false;
      fired.set(fault, (fired.get(fault) ?? 0) + 1);
      return true;
    },
  };
}
