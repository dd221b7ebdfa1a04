import { seconds, type Duration, type Instant } from '@fleetmend/kernel';
import { valueAt } from '@fleetmend/manifest';
import { podSpecPathOf, type FailureClass, type HealthAnswer, type KubeObject, type Plan, type RemediationRequestSpec } from '@fleetmend/model';

export type Open = HealthAnswer['findings'][number];

/** What a pod goes through before its programs run, in order; who fails at one of them never gets to the next. */
const STEPS: readonly (readonly FailureClass[])[] = [
  ['ArgoApplicationFailed', 'FluxNotReady'],
  ['QuotaExceeded', 'LimitRangeViolated', 'PodSecurityViolated', 'AdmissionDenied', 'WebhookUnavailable', 'ServiceAccountNotFound', 'PriorityClassNotFound', 'FailedCreate'],
  ['Unschedulable', 'PersistentVolumeClaimPending'],
  ['FailedMount', 'FailedCreatePodSandBox'],
  ['ImagePullBackOff'],
  ['CreateContainerConfigError'],
  ['CreateContainerError'],
  ['LifecycleHookFailed', 'CrashLoopBackOff', 'OOMKilled', 'InitContainerStuck', 'ProbeFailed'],
];

const stepOf = (failureClass: string) => STEPS.findIndex((classes) => (classes as readonly string[]).includes(failureClass));

/**
 * Whether a new finding may have been there all the time, behind the symptom that is gone: its container gets as far as the repaired
 * one did, or further, or begins only once that one has ended (`later`). What shows at an earlier step was not hidden by the symptom: then
 * it is the other way round.
 */
export function mayHaveHidden({ failure, target }: Pick<RemediationRequestSpec, 'failure' | 'target'>, { finding }: Open, later: ReadonlySet<string> = new Set()): boolean {
  const [before, now] = [stepOf(failure.class), stepOf(finding.class)];
  const container = target?.container;
  if (before >= 0 && now >= 0 && finding.target.container !== undefined && later.has(finding.target.container)) return true;
  if (before < 0 || now < before) return false;
  // Before there is a pod with its volumes, no container of it has begun.
  return container === undefined || container === finding.target.container;
}

/** The containers of a pod that begin only once this one has ended: those after an init container. One that stays beside them holds nobody up. */
export function containersAfter(live: KubeObject, container: string): ReadonlySet<string> {
  const listed = (list: string) => (valueAt(live, [...podSpecPathOf(live.kind), list]) ?? []) as readonly { readonly name: string; readonly restartPolicy?: string }[];
  const init = listed('initContainers');
  const at = init.findIndex(({ name }) => name === container);
  if (at < 0 || init[at]?.restartPolicy === 'Always') return new Set();
  return new Set([...init.slice(at + 1), ...listed('containers')].map(({ name }) => name));
}

/** What a container meets alone: its own image, what it refers to, its own bound of memory. No other container of its pod can bring that on. */
const OF_ITS_OWN: readonly string[] = ['ImagePullBackOff', 'CreateContainerConfigError', 'OOMKilled'] satisfies readonly FailureClass[];
const IN_CONTAINER = /^(?:spec\/jobTemplate\/)?spec\/template\/spec\/((?:init)?containers\/[^/]+)\//i;

/** A finding about another container than the one that the plan changed, of a kind that the change cannot have brought: it came with a fault of its own. */
export function isOfItsOwn({ target }: Pick<RemediationRequestSpec, 'target'>, plan: Pick<Plan, 'changes'> | undefined, { finding }: Open): boolean {
  const changed = new Set(plan?.changes.map(({ path }) => IN_CONTAINER.exec(path)?.[1]));
  const isInside = changed.size === 1 && !changed.has(undefined);
  return isInside && target?.container !== undefined && finding.target.container !== undefined && finding.target.container !== target.container && OF_ITS_OWN.includes(finding.class);
}

/** A finding blinks for as long as that and is still the same one. */
const BLINK: Duration = seconds(10);

/** It stays open until its target is healthy, which is not so for another reason: it is not seen any more. */
export function isOutOfSight({ seenAt }: Open, now: Instant): boolean {
  return seenAt !== undefined && now - seenAt > BLINK;
}

/** Whether the pod shows something else by now: a symptom stays open until its target is healthy, whatever that shows meanwhile. */
export function showsBefore(symptom: Open, later: readonly Open[]): 'Beside' | 'MaybeBefore' | 'Before' {
  const ages = later.map(({ seenAt }) => (seenAt ?? 0) - (symptom.seenAt ?? Infinity));
  return ages.some((age) => age > BLINK) ? 'Before' : ages.some((age) => age > 0) ? 'MaybeBefore' : 'Beside';
}
