import { minutes, type Duration, type Instant } from '@fleetmend/kernel';
import type { FailureClass, Finding, HealthAnswer, Plan } from '@fleetmend/model';
import { objectOfPlan } from '../propose/baseline.ts';

/**
 * How long who failed may wait before it is tried again, where the cap of its back-off is shorter than the longest: kubelet's for volumes is
 * two minutes, and what a container refers to is looked up at every sync.
 */
const NEXT_TRY: Readonly<Partial<Record<string, Duration>>> = { FailedMount: minutes(3), CreateContainerConfigError: minutes(3), CreateContainerError: minutes(3) } satisfies Partial<Record<FailureClass, Duration>>;
/** Back-offs of crashes and of image pulls, and the scheduler's for pods that fit nowhere, are capped at five minutes. */
const LONGEST: Duration = minutes(6);
/** A mounted ConfigMap or Secret is as old in a pod as kubelet's sync period and its cache together: a minute each. */
const REFRESH: Duration = minutes(2);

const TEMPLATE = /^(?:spec\/jobTemplate\/)?spec\/template\//;

/** Whether the plan's change makes new pods of the target. Of a change that somebody else made nothing is known. */
export function makesPods(plan: Plan | undefined): boolean {
  return plan?.changes.some(({ path }) => TEMPLATE.test(path)) === true && objectOfPlan(plan) === undefined;
}

/**
 * Where what was mended is not in the pod's template, the pod stays, and shows what it showed before until it is tried again: with what
 * there is now, and not with what it had mounted then.
 */
export function awaitsNextTry({ class: failure, observation }: Finding, { pods }: Pick<HealthAnswer, 'pods'>, { applied, now }: { readonly applied: Instant; readonly now: Instant }): boolean {
  const pod = pods.find(({ name }) => name === observation.pod);
  if (pod?.madeAt === undefined || pod.madeAt >= applied) return false;
  const isTried = pod.triedAt !== undefined && pod.triedAt >= applied + REFRESH;
  return !isTried && now - applied < (NEXT_TRY[failure] ?? LONGEST);
}
