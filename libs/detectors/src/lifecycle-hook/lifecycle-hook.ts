import { parseTime } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { Detector, World } from '@fleetmend/plugin-api';
import { troubledContainers, type ContainerStatus } from '../containers.ts';
import { EVENT_READ, notesAbout } from '../events.ts';
import { findingOf, POD_AND_OWNER_READS } from '../target.ts';

/** A container that the kubelet kills again and again because its postStart hook fails. */
export const lifecycleHook: Detector = {
  kind: 'lifecycle-hook',
  classes: ['LifecycleHookFailed'],
  reads: [...POD_AND_OWNER_READS, EVENT_READ],
  inspects: ['Pod'],
  dwell: { time: 0, restarts: 2 },
  explainedBy: [],
  inspect: (object, world) =>
    troubledContainers(object).flatMap((container) => {
      const reason = container.state?.waiting?.reason;
      const fails = reason === 'PostStartHookError' || (reason === 'CrashLoopBackOff' && endedByHook(object, container, world));
      // The hook's own output names pods and may hold anything: what is said here does not change from one restart to the next.
      return fails ? findingOf(object, container, world, { class: 'LifecycleHookFailed', subCause: 'PostStart', reason: 'PostStartHookError', message: `the postStart hook of ${container.name} fails` }) : [];
    }),
};

/** The hook was noted as failed within the last life of the container. */
function endedByHook(pod: KubeObject, container: ContainerStatus, world: World): boolean {
  const began = parseTime(container.lastState?.terminated?.startedAt);
  return began !== undefined && notesAbout(pod, world, container.name).some(({ reason, last }) => reason === 'FailedPostStartHook' && last >= began);
}
