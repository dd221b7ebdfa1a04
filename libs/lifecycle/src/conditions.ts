import { renderTime, type Instant } from '@fleetmend/kernel';
import type { Condition, RemediationRequestStatus } from '@fleetmend/model';
import { isTerminal, phases } from './phases.ts';

type Wanted = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/**
 * The conditions that follow from the facts. Derived, never decided: `kubectl wait --for=condition=Recovered` reads what the
 * table has decided already. A condition that never had an occasion is left out.
 */
export function conditionsOf(status: RemediationRequestStatus, generation: number, now: Instant): Condition[] {
  const before = new Map(status.conditions?.map((condition) => [condition.type, condition]));
  return wanted(status).map((condition) => {
    const known = before.get(condition.type);
    const same = known?.status === condition.status && known.reason === condition.reason && known.message === condition.message;
    return same ? known : { ...condition, message: condition.message.slice(0, 512), lastTransitionTime: known?.status === condition.status ? known.lastTransitionTime : renderTime(now), observedGeneration: generation };
  });
}

function wanted(status: RemediationRequestStatus): Wanted[] {
  const { diagnosis, verdict, pullRequest, clusters, phase, reason = 'Unknown', error } = status;
  const conditions: Wanted[] = [];
  if (diagnosis) conditions.push({ type: 'Diagnosed', status: diagnosis.abstain ? 'False' : 'True', reason: diagnosis.abstain?.reason ?? diagnosis.source, message: diagnosis.cause });
  if (verdict) conditions.push({ type: 'PolicyApproved', status: verdict.result === 'Allow' ? 'True' : 'False', reason: verdict.result, message: verdict.violations.map((one) => `${one.id}: ${one.message}`).join('; ') || `tier ${verdict.tier}` });
  if (pullRequest) conditions.push({ type: 'PullRequestMerged', status: pullRequest.state === 'Merged' ? 'True' : 'False', reason: pullRequest.state, message: pullRequest.url });
  const rollouts = clusters?.flatMap((cluster) => (cluster.rollout ? [cluster.rollout.state] : [])) ?? [];
  if (rollouts.length > 0) {
    const done = rollouts.every((state) => state === 'Applied');
    conditions.push({ type: 'RolledOut', status: done ? 'True' : 'False', reason: done ? 'Applied' : (rollouts.find((state) => state !== 'Applied') ?? 'Waiting'), message: clusters?.map((cluster) => cluster.rollout?.message ?? '').filter(Boolean).join('; ') ?? '' });
  }
  if (phase === 'Verifying' || isTerminal(phase)) conditions.push({ type: 'Recovered', ...recovery(phase, reason) });
  if (error && !isTerminal(phase)) conditions.push({ type: 'Stalled', status: 'True', reason: error.reason, message: error.message });
  if (isTerminal(phase)) conditions.push({ type: 'Finished', status: 'True', reason: phase, message: `${phases[phase].meaning} (${reason})` });
  return conditions;
}

function recovery(phase: string, reason: string): Pick<Wanted, 'status' | 'reason' | 'message'> {
  if (phase === 'Succeeded') return { status: 'True', reason: 'Verified', message: 'healthy for the hold after the change was applied' };
  if (phase === 'Dismissed' && reason === 'Recovered') return { status: 'True', reason: 'SelfRecovered', message: 'it went away without our change' };
  return { status: 'False', reason: phase === 'Verifying' ? 'Verifying' : reason, message: phase === 'Verifying' ? 'the hold has to pass' : 'not known to have recovered' };
}
