import { parseTime } from '@fleetmend/kernel';
import type { Detector } from '@fleetmend/plugin-api';
import { troubledContainers, type ContainerStatus } from '../containers.ts';
import { EVENT_READ, notesAbout } from '../events.ts';
import { endedByProbe, probeSight, probeTroubles, type ProbeSight } from '../probe-trouble.ts';
import { findingOf, POD_AND_OWNER_READS } from '../target.ts';

/** A container that its liveness or startup probe ends again and again. */
export const livenessProbe: Detector = {
  kind: 'liveness-probe',
  classes: ['ProbeFailed'],
  reads: [...POD_AND_OWNER_READS, EVENT_READ],
  inspects: ['Pod'],
  dwell: { time: 0, restarts: 2 },
  explainedBy: ['oom-killed'],
  inspect: (object, world) =>
    troubledContainers(object).flatMap((container) => {
      const notes = notesAbout(object, world, container.name);
      const probe = endedByProbe(container, notes);
      if (!probe) return [];
      const sight = probeSight(probe, notes);
      if (!goesOn(container, sight)) return [];
      const trouble = sight?.trouble ?? 'Failed';
      return findingOf(object, container, world, {
        class: 'ProbeFailed', subCause: `${probe}${trouble}`, reason: 'Unhealthy', message: `the ${probe.toLowerCase()} probe of ${container.name} ${probeTroubles[trouble].words}`,
      });
    }),
};

/** It waits for its next start because the kubelet has seen this before, or it runs and the same probe fails again. */
function goesOn({ state }: ContainerStatus, sight: ProbeSight | undefined): boolean {
  if (state?.waiting?.reason === 'CrashLoopBackOff') return true;
  const began = parseTime(state?.running?.startedAt);
  return began !== undefined && sight !== undefined && sight.last >= began;
}
