import { minutes } from '@fleetmend/kernel';
import type { Detector } from '@fleetmend/plugin-api';
import { endingInits, troubledContainers } from '../containers.ts';
import { findingOf, POD_AND_OWNER_READS } from '../target.ts';

/** An init container that runs, and does not end. */
export const initStuck: Detector = {
  kind: 'init-stuck',
  classes: ['InitContainerStuck'],
  reads: POD_AND_OWNER_READS,
  inspects: ['Pod'],
  // Migrations take their time; what waits for a host that does not exist never ends.
  dwell: { time: minutes(2) },
  explainedBy: [],
  inspect(object, world) {
    const inits = endingInits(object);
    return troubledContainers(object).flatMap((container) => {
      if (!inits.includes(container.name) || container.state?.running === undefined) return [];
      return findingOf(object, container, world, { class: 'InitContainerStuck', reason: 'PodInitializing', message: `init container ${container.name} runs and does not end` });
    });
  },
};
