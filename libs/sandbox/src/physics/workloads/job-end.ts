import { findCondition } from '../runtime/conditions.ts';
import type { Pod } from '../shapes/pod.ts';
import type { Job, JobSpec, PodFailureRule } from '../shapes/workloads.ts';

/** How a Job ends, in the words of its conditions. */
export interface End {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

export interface Tally {
  readonly succeeded: number;
  readonly completions: number | undefined;
  readonly active: number;
  readonly retries: number;
  readonly backoffLimit: number;
  readonly isLate: boolean;
  /** What its failure policy says of the pods that failed. */
  readonly condemned: string | undefined;
}

/** A Job that was found to fail stays so while its pods end. */
export function endBefore({ status }: Job): End | undefined {
  const target = findCondition(status?.conditions, 'FailureTarget');
  return target?.status === 'True' ? { type: 'Failed', reason: target.reason ?? '', message: target.message ?? '' } : undefined;
}

export function findEnd({ succeeded, completions, active, retries, backoffLimit, isLate, condemned }: Tally): End | undefined {
  if (condemned !== undefined) return { type: 'Failed', reason: 'PodFailurePolicy', message: condemned };
  const isComplete = completions === undefined ? succeeded > 0 && active === 0 : succeeded >= completions;
  if (isComplete) return { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
  if (retries > backoffLimit) return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  return isLate ? { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' } : undefined;
}

/** What the Job's failure policy makes of its failed pods: those that count against its retries, and why it fails at once, if it does. */
export function judgeFailures({ podFailurePolicy }: JobSpec, failed: readonly Pod[]): { readonly counted: readonly Pod[]; readonly condemned: string | undefined } {
  const judged = failed.map((pod) => ({ pod, verdict: firstMatch(podFailurePolicy?.rules ?? [], pod) }));
  return {
    counted: judged.flatMap(({ pod, verdict }) => (verdict?.action === 'Ignore' ? [] : [pod])),
    condemned: judged.find(({ verdict }) => verdict?.action === 'FailJob')?.verdict?.words,
  };
}

function firstMatch(rules: readonly PodFailureRule[], pod: Pod): { readonly action: PodFailureRule['action']; readonly words: string } | undefined {
  for (const [index, rule] of rules.entries()) {
    const match = exitMatch(rule, pod) ?? conditionMatch(rule, pod);
    if (match !== undefined) return { action: rule.action, words: `${match} matching ${rule.action} rule at index ${index}` };
  }
  return undefined;
}

function exitMatch({ onExitCodes }: PodFailureRule, { metadata, status }: Pod): string | undefined {
  if (!onExitCodes) return undefined;
  const { containerName, operator, values } = onExitCodes;
  for (const { name, state } of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
    const code = state.terminated?.exitCode ?? 0;
    if (code === 0 || (containerName && containerName !== name)) continue;
    if (values.includes(code) === (operator === 'In')) return `Container ${name} for pod ${metadata.namespace ?? 'default'}/${metadata.name} failed with exit code ${code}`;
  }
  return undefined;
}

function conditionMatch({ onPodConditions = [] }: PodFailureRule, { metadata, status }: Pod): string | undefined {
  const found = onPodConditions.find(({ type, status: wanted = 'True' }) => findCondition(status?.conditions, type)?.status === wanted);
  return found && `Pod ${metadata.namespace ?? 'default'}/${metadata.name} has condition ${found.type}`;
}
