import { seconds } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { Detector, World } from '@fleetmend/plugin-api';
import type { ContainerStatus } from '../containers.ts';
import { cronOf, isOfNow, JOB_READS } from '../job-of-now.ts';
import { conditionOf, isLeaving, ownerFinding } from '../owners.ts';

const WORDS: Readonly<Record<string, string>> = {
  BackoffLimitExceeded: 'its pods failed more often than it may retry',
  DeadlineExceeded: 'it took longer than its deadline',
  PodFailurePolicy: 'a pod failed in a way that its failure policy gives up on',
  MaxFailedIndexesExceeded: 'more of its indexes failed than may fail',
  FailedIndexes: 'indexes of it failed',
};

/** A Job that has failed for good; of a CronJob's, the last one that ended. */
export const jobFailed: Detector = {
  kind: 'job-failed',
  classes: ['JobFailed'],
  reads: [
    ...JOB_READS,
    { apiVersion: 'v1', kind: 'Pod', resource: 'pods', fields: ['status.phase', 'status.containerStatuses.name', 'status.containerStatuses.state', 'status.initContainerStatuses.name', 'status.initContainerStatuses.state'] },
  ],
  inspects: ['Job'],
  dwell: { time: seconds(15) },
  explainedBy: ['creation-refused'],
  explainedByPods: true,
  inspect: (object, world) => {
    const failed = conditionOf(object, 'Failed');
    if (object.kind !== 'Job' || isLeaving(object) || failed?.status !== 'True') return [];
    const cron = cronOf(object, world);
    if (cron && (isLeaving(cron) || isOver(object, cron, world))) return [];
    const reason = failed.reason ?? 'Failed';
    const end = failedContainer(object, world);
    return ownerFinding(object, world, { class: 'JobFailed', subCause: reason, reason, message: WORDS[reason] ?? 'it failed', ...end });
  },
};

/** A later run has ended, the CronJob does not run any more, or it would run something else by now. */
function isOver(job: KubeObject, cron: KubeObject, world: World): boolean {
  const { suspend } = (cron['spec'] ?? {}) as { readonly suspend?: boolean };
  if (suspend === true || !isOfNow(job, cron)) return true;
  return world.list('batch/v1', 'Job', job.metadata.namespace).some((other) => isRunOf(other, cron) && hasEnded(other) && (other.metadata.creationTimestamp ?? '') > (job.metadata.creationTimestamp ?? ''));
}

const isRunOf = (job: KubeObject, cron: KubeObject): boolean => job.metadata.ownerReferences?.some(({ uid }) => uid === cron.metadata.uid) === true;
const hasEnded = (job: KubeObject): boolean => ['Complete', 'Failed'].some((type) => conditionOf(job, type)?.status === 'True');

/** The container that ended badly in the youngest pod that failed. */
function failedContainer(job: KubeObject, world: World): { readonly container?: string; readonly exitCode?: number } {
  const pods = world.list('v1', 'Pod', job.metadata.namespace).filter((pod) => pod.metadata.ownerReferences?.some(({ uid }) => uid === job.metadata.uid) === true);
  const youngest = pods.toSorted((a, b) => (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''));
  const ends = youngest.flatMap((pod) => {
    const status = (pod['status'] ?? {}) as { readonly initContainerStatuses?: readonly ContainerStatus[]; readonly containerStatuses?: readonly ContainerStatus[] };
    return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].filter(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0);
  });
  const [first] = ends;
  return first ? { container: first.name, ...(first.state?.terminated?.exitCode === undefined ? {} : { exitCode: first.state.terminated.exitCode }) } : {};
}
