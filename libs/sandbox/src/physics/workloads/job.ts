import { messageOf, parseTime, renderTime, seconds } from '@fleetmend/kernel';
import { findCondition, isTrue } from '../runtime/conditions.ts';
import { controllerIdentity } from '../runtime/context.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import type { Condition, Pod } from '../shapes/pod.ts';
import type { Job } from '../shapes/workloads.ts';
import { endBefore, findEnd, judgeFailures } from './job-end.ts';
import type { End } from './job-end.ts';
import { createPod, isActive, isReady, ownedPods } from './owned-pods.ts';
import { startWorkloadLoop } from './workload-loop.ts';

const FROM = 'job-controller';
const AS = controllerIdentity(FROM);
const RETRY_INITIAL = seconds(10);
const RETRY_MAX = seconds(600);

/** Runs Jobs to their completions, or until their retries or their deadline are used up. */
export function startJobController(context: PhysicsContext): void {
  startWorkloadLoop<Job>(context, { name: FROM, apiVersion: 'batch/v1', kind: 'Job', reconcile: (job) => reconcile(context, job) });
}

export function isFinished({ status }: Job): boolean {
  return isTrue(status?.conditions, 'Complete') || isTrue(status?.conditions, 'Failed');
}

function reconcile(context: PhysicsContext, job: Job): number | undefined {
  const now = context.clock.now();
  if (isFinished(job)) return expire(context, job);
  const pods = ownedPods(context.objects, job);
  const active = pods.filter(isActive);
  if (job.spec.suspend) return suspend(context, job, active);
  const succeeded = pods.filter(({ status }) => status?.phase === 'Succeeded').length;
  const { counted: failed, condemned } = judgeFailures(job.spec, pods.filter(({ status }) => status?.phase === 'Failed'));
  const { parallelism = 1, backoffLimit = 6, activeDeadlineSeconds } = job.spec;
  const completions = job.spec.completions ?? (job.spec.parallelism === undefined ? 1 : undefined);
  const startedAt = parseTime(job.status?.startTime) ?? now;
  const deadline = activeDeadlineSeconds === undefined ? undefined : startedAt + activeDeadlineSeconds * 1000;

  const begun = endBefore(job);
  const end = begun ?? findEnd({ succeeded, completions, active: active.length, retries: failed.length + restarts(active), backoffLimit, isLate: deadline !== undefined && deadline <= now, condemned });
  if (end) {
    for (const pod of active) removePod(context, job, pod);
    // Pods that are taken away count as failed, where their Job fails.
    const lost = begun ? (job.status?.failed ?? 0) : failed.length + (end.type === 'Failed' ? active.length : 0);
    const isOver = end.type === 'Complete' || !ownedPods(context.objects, job).some(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending');
    if (isOver) context.events.record({ about: job, from: FROM, ...(end.type === 'Complete' ? { type: 'Normal', reason: 'Completed', message: 'Job completed' } : { type: 'Warning', reason: end.reason, message: end.message }) });
    writeStatus(context, job, { active: [], succeeded, failed: lost, conditions: endConditions(end, isOver) });
    return isOver ? expire(context, job) : undefined;
  }
  const again = startMissing(context, job, { active, failed, wanted: Math.min(parallelism, completions === undefined ? parallelism : completions - succeeded) });
  writeStatus(context, job, { active: ownedPods(context.objects, job).filter(isActive), succeeded, failed: failed.length, conditions: resumed(context, job) });
  const untilDeadline = deadline === undefined ? undefined : deadline - now;
  return again === undefined ? untilDeadline : Math.min(again, untilDeadline ?? again);
}

/** A suspended Job has no pods and no start; its deadline begins anew when it goes on. */
function suspend(context: PhysicsContext, job: Job, active: readonly Pod[]): undefined {
  for (const pod of active) removePod(context, job, pod);
  if (!isTrue(job.status?.conditions, 'Suspended')) context.events.record({ about: job, from: FROM, type: 'Normal', reason: 'Suspended', message: 'Job suspended' });
  writeStatus(context, job, { active: [], succeeded: job.status?.succeeded ?? 0, failed: job.status?.failed ?? 0, conditions: [{ type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' }] });
}

function resumed(context: PhysicsContext, job: Job): readonly Said[] {
  if (!isTrue(job.status?.conditions, 'Suspended')) return [];
  context.events.record({ about: job, from: FROM, type: 'Normal', reason: 'Resumed', message: 'Job resumed' });
  return [{ type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' }];
}

type Said = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** What a Job is going to be stands in its conditions before it is so. */
function endConditions({ type, reason, message }: End, isOver: boolean): readonly Said[] {
  const names = [type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget', ...(isOver ? [type] : [])];
  return names.map((name) => ({ type: name, status: 'True', reason, message }));
}

/** With `restartPolicy: OnFailure` the kubelet's restarts are the retries. */
function restarts(active: readonly Pod[]): number {
  return active.reduce((sum, { spec, status }) => sum + (spec.restartPolicy === 'OnFailure' ? (status?.containerStatuses ?? []).reduce((count, container) => count + container.restartCount, 0) : 0), 0);
}

/** Creates what is missing, each failure before doubling the pause. Answers when the pause is over. */
function startMissing(context: PhysicsContext, job: Job, { active, failed, wanted }: { readonly active: readonly Pod[]; readonly failed: readonly Pod[]; readonly wanted: number }): number | undefined {
  if (active.length >= wanted) return undefined;
  const lastEnd = Math.max(0, ...failed.flatMap(({ status }) => (status?.containerStatuses ?? []).map(({ state }) => parseTime(state.terminated?.finishedAt) ?? 0)));
  const pause = failed.length === 0 ? 0 : Math.min(RETRY_MAX, RETRY_INITIAL * 2 ** (failed.length - 1));
  const left = lastEnd + pause - context.clock.now();
  if (failed.length > 0 && left > 0) return left;
  const uid = job.metadata.uid ?? '';
  const name = job.metadata.name;
  const labels = { 'batch.kubernetes.io/controller-uid': uid, 'batch.kubernetes.io/job-name': name, 'controller-uid': uid, 'job-name': name };
  for (let count = active.length; count < wanted; count += 1) {
    try {
      const pod = createPod(context, { owner: job, template: job.spec.template, as: AS, labels });
      context.events.record({ about: job, from: FROM, type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}` });
    } catch (error) {
      context.events.record({ about: job, from: FROM, type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${messageOf(error)}` });
      throw error;
    }
  }
  return undefined;
}

interface Progress {
  readonly active: readonly Pod[];
  readonly succeeded: number;
  readonly failed: number;
  /** Those that are new or changed. */
  readonly conditions: readonly Said[];
}

function writeStatus({ objects, clock }: PhysicsContext, job: Job, { active, succeeded, failed, conditions: said }: Progress): void {
  const at = renderTime(clock.now());
  const before = job.status?.conditions ?? [];
  const isNew = ({ type, status }: Said) => findCondition(before, type)?.status !== status;
  const conditions = [...before.filter(({ type }) => !said.some((one) => one.type === type && isNew(one))), ...said.filter(isNew).map((one): Condition => ({ ...one, lastProbeTime: at, lastTransitionTime: at }))];
  const startTime = job.spec.suspend ? undefined : (isTrue(before, 'Suspended') ? undefined : job.status?.startTime) ?? at;
  objects.updateStatus<Job>(
    {
      ...job,
      status: {
        ...(conditions.length > 0 ? { conditions } : {}),
        ...(active.length > 0 ? { active: active.length } : {}),
        ...(succeeded > 0 ? { succeeded } : {}),
        ...(failed > 0 ? { failed } : {}),
        ready: active.filter(isReady).length,
        terminating: 0,
        uncountedTerminatedPods: {},
        ...(startTime === undefined ? {} : { startTime }),
        ...(conditions.some(({ type, status }) => type === 'Complete' && status === 'True') ? { completionTime: at } : {}),
      },
    } as Job,
    AS,
  );
}

function expire({ objects, clock }: PhysicsContext, { metadata, spec }: Job): number | undefined {
  if (spec.ttlSecondsAfterFinished === undefined) return undefined;
  const latest = objects.get<Job>('batch/v1', 'Job', metadata.namespace, metadata.name);
  const finished = latest?.status?.conditions?.find(({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'));
  if (!finished) return undefined;
  const left = (parseTime(finished.lastTransitionTime) ?? clock.now()) + spec.ttlSecondsAfterFinished * 1000 - clock.now();
  if (left > 0) return left;
  objects.delete('batch/v1', 'Job', metadata.namespace, metadata.name, { propagationPolicy: 'Background' });
  return undefined;
}

function removePod({ objects, events }: PhysicsContext, job: Job, pod: Pod): void {
  objects.delete('v1', 'Pod', pod.metadata.namespace, pod.metadata.name, { ...(pod.metadata.uid ? { uid: pod.metadata.uid } : {}) });
  events.record({ about: job, from: FROM, type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` });
}
