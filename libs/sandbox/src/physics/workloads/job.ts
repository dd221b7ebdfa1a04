import { messageOf, parseTime, renderTime, seconds } from '@fleetmend/kernel';
import { isTrue } from '../runtime/conditions.ts';
import { controllerIdentity } from '../runtime/context.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import type { Condition, Pod } from '../shapes/pod.ts';
import type { Job } from '../shapes/workloads.ts';
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
  const succeeded = pods.filter(({ status }) => status?.phase === 'Succeeded').length;
  const failed = pods.filter(({ status }) => status?.phase === 'Failed');
  const active = pods.filter(isActive);
  const { parallelism = 1, backoffLimit = 6, activeDeadlineSeconds, suspend = false } = job.spec;
  const completions = job.spec.completions ?? (job.spec.parallelism === undefined ? 1 : undefined);
  const startedAt = parseTime(job.status?.startTime) ?? now;
  const deadline = activeDeadlineSeconds === undefined ? undefined : startedAt + activeDeadlineSeconds * 1000;

  const end = findEnd({ succeeded, completions, active: active.length, retries: failed.length + restarts(active), backoffLimit, isLate: deadline !== undefined && deadline <= now });
  if (end) {
    for (const pod of active) removePod(context, pod);
    context.events.record({ about: job, from: FROM, type: end.type === 'Complete' ? 'Normal' : 'Warning', reason: end.type === 'Complete' ? 'Completed' : end.reason, message: end.type === 'Complete' ? 'Job completed' : end.message });
    writeStatus(context, job, { active: [], succeeded, failed: failed.length, end });
    return expire(context, job);
  }
  const again = suspend ? undefined : startMissing(context, job, { active, failed, wanted: Math.min(parallelism, completions === undefined ? parallelism : completions - succeeded) });
  writeStatus(context, job, { active: ownedPods(context.objects, job).filter(isActive), succeeded, failed: failed.length });
  const untilDeadline = deadline === undefined ? undefined : deadline - now;
  return again === undefined ? untilDeadline : Math.min(again, untilDeadline ?? again);
}

interface End {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

interface Tally {
  readonly succeeded: number;
  readonly completions: number | undefined;
  readonly active: number;
  readonly retries: number;
  readonly backoffLimit: number;
  readonly isLate: boolean;
}

function findEnd({ succeeded, completions, active, retries, backoffLimit, isLate }: Tally): End | undefined {
  const isComplete = completions === undefined ? succeeded > 0 && active === 0 : succeeded >= completions;
  if (isComplete) return { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
  if (retries > backoffLimit) return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  return isLate ? { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' } : undefined;
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
  readonly end?: End;
}

function writeStatus({ objects, clock }: PhysicsContext, job: Job, { active, succeeded, failed, end }: Progress): void {
  const at = renderTime(clock.now());
  const say = (type: string, { reason, message }: End): Condition => ({ type, status: 'True', reason, message, lastProbeTime: at, lastTransitionTime: at });
  const conditions = end ? [...(job.status?.conditions ?? []), say(end.type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget', end), say(end.type, end)] : (job.status?.conditions ?? []);
  const ready = active.filter(isReady).length;
  objects.updateStatus<Job>(
    {
      ...job,
      status: {
        ...(conditions.length > 0 ? { conditions } : {}),
        ...(active.length > 0 ? { active: active.length } : {}),
        ...(succeeded > 0 ? { succeeded } : {}),
        ...(failed > 0 ? { failed } : {}),
        ready,
        terminating: 0,
        uncountedTerminatedPods: {},
        startTime: job.status?.startTime ?? at,
        ...(end?.type === 'Complete' ? { completionTime: at } : {}),
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

function removePod({ objects }: PhysicsContext, pod: Pod): void {
  objects.delete('v1', 'Pod', pod.metadata.namespace, pod.metadata.name, { ...(pod.metadata.uid ? { uid: pod.metadata.uid } : {}) });
}
