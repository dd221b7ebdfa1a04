import { minutes } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { Detector } from '@fleetmend/plugin-api';
import { POD_FIELDS, type ContainerStatus } from '../containers.ts';
import { cronOf, isOfNow, JOB_READS } from '../job-of-now.ts';
import { isLeaving, ownerFinding } from '../owners.ts';
import { POD_AND_OWNER_READS } from '../target.ts';

interface View {
  readonly spec?: { readonly restartPolicy?: string };
  readonly status?: { readonly phase?: string; readonly containerStatuses?: readonly ContainerStatus[] };
}

/** A Job whose work is done while another container of its pod runs on: the pod never ends, and neither does the Job. */
export const jobStuck: Detector = {
  kind: 'job-stuck',
  classes: ['JobStuck'],
  reads: [...POD_AND_OWNER_READS, ...JOB_READS, { apiVersion: 'v1', kind: 'Pod', resource: 'pods', fields: [...POD_FIELDS] }],
  inspects: ['Pod'],
  // A sidecar may have something to hand over after the work is done.
  dwell: { time: minutes(1.5) },
  explainedBy: [],
  inspect: (object, world) => {
    const job = world.owners(object).find(({ kind }) => kind === 'Job');
    const cron = job && cronOf(job, world);
    if (object.kind !== 'Pod' || isLeaving(object) || !job || (cron && !isOfNow(job, cron))) return [];
    const { spec, status } = object as View & KubeObject;
    const statuses = status?.containerStatuses ?? [];
    const done = statuses.filter(({ state }) => state?.terminated !== undefined && (state.terminated.exitCode === 0 || spec?.restartPolicy === 'Never'));
    const running = statuses.filter(({ state }) => state?.running !== undefined);
    const [beside] = running;
    const [work] = done;
    if (status?.phase !== 'Running' || !beside || !work || done.length + running.length !== statuses.length) return [];
    const exitCode = done.map(({ state }) => state?.terminated?.exitCode ?? 0).find((code) => code !== 0);
    const words = exitCode === undefined ? `container ${work.name} is done` : 'its work has failed';
    return ownerFinding(object, world, { class: 'JobStuck', subCause: 'SidecarRunning', reason: 'SidecarRunning', message: `${words}, and container ${beside.name} keeps the pod from ending`, container: beside.name, exitCode });
  },
};
