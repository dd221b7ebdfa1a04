import type { Detector } from '@fleetmend/plugin-api';
import { troubledContainers, type ContainerStatus, type Termination } from '../containers.ts';
import { findingOf, POD_AND_OWNER_READS } from '../target.ts';

/** A container that the kernel kills for memory, again and again. */
export const oomKilled: Detector = {
  kind: 'oom-killed',
  classes: ['OOMKilled'],
  reads: POD_AND_OWNER_READS,
  inspects: ['Pod'],
  // The status holds the current and the last end, and both are asked for: one restart means that it was killed twice.
  dwell: { time: 0, restarts: 1 },
  explainedBy: [],
  inspect: (object, world) =>
    troubledContainers(object).flatMap((container) => {
      const kill = memoryKill(container);
      if (!kill) return [];
      return findingOf(object, container, world, {
        class: 'OOMKilled',
        reason: 'OOMKilled',
        message: `container ${container.name} was killed for memory`,
        exitCode: kill.exitCode,
      });
    }),
};

/**
 * The status alternates between `terminated` and `CrashLoopBackOff`; both are the same failure.
 * An end that followed another kind of end is a first kill: silent, until the next one.
 */
function memoryKill({ state, lastState, restartCount = 0 }: ContainerStatus): Termination | undefined {
  const last = lastState?.terminated;
  const now = state?.terminated;
  if (isKill(now)) return isKill(last) || restartCount === 0 ? now : undefined;
  return state?.waiting?.reason === 'CrashLoopBackOff' && isKill(last) ? last : undefined;
}

const isKill = (end: Termination | undefined): end is Termination => end?.reason === 'OOMKilled';
