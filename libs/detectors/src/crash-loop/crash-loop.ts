import type { Detector } from '@fleetmend/plugin-api';
import { troubledContainers } from '../containers.ts';
import { findingOf, POD_AND_OWNER_READS } from '../target.ts';
import { kindOfEnd, wordsOfEnd } from './ends.ts';

/** A container whose start fails shows its error for a moment before each back-off. */
const REASONS = ['CrashLoopBackOff', 'RunContainerError'];

/** A container that starts and ends again and again, for any reason but memory, a probe or a hook. */
export const crashLoop: Detector = {
  kind: 'crash-loop',
  classes: ['CrashLoopBackOff'],
  reads: POD_AND_OWNER_READS,
  inspects: ['Pod'],
  dwell: { time: 0, restarts: 2 },
  explainedBy: ['oom-killed', 'lifecycle-hook', 'liveness-probe'],
  inspect: (object, world) =>
    troubledContainers(object).flatMap((container) => {
      const end = container.lastState?.terminated;
      if (!REASONS.includes(container.state?.waiting?.reason ?? '') || end?.reason === 'OOMKilled') return [];
      return findingOf(object, container, world, { class: 'CrashLoopBackOff', subCause: kindOfEnd(end), reason: 'CrashLoopBackOff', message: wordsOfEnd(end), exitCode: end?.exitCode });
    }),
};
