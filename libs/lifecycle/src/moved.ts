import { renderTime, type Instant } from '@fleetmend/kernel';
import type { Phase, RemediationRequest, RemediationRequestStatus } from '@fleetmend/model';
import type { Decision } from './row.ts';

type Move = Extract<Decision, { kind: 'move' }>;
type Fact = keyof RemediationRequestStatus;

/** Facts belong to the attempt: what a move back takes away. A verdict on the past would otherwise judge the next plan. */
const CLEARED: Partial<Record<Phase, readonly Fact[]>> = {
  Diagnosing: ['proposal', 'plan', 'verdict', 'approval', 'intent', 'pullRequest'],
  Proposed: ['verdict', 'intent'],
  Reverting: ['verdict', 'approval', 'intent'],
};
const OF_AN_ATTEMPT: readonly Fact[] = ['admission', 'leader', 'diagnosis', 'proposal', 'plan', 'refused', 'replans', 'verdict', 'approval', 'intent', 'pullRequest', 'revert', 'clusters', 'error', 'clocks'];

/**
 * The status after a move. A move out of Verifying to Detected is the next attempt: the finished one is archived, and
 * everything that belonged to it goes.
 */
export function moved(request: RemediationRequest, move: Move, now: Instant): RemediationRequestStatus {
  const { status } = request;
  const at = renderTime(now);
  const nextAttempt = status.phase === 'Verifying' && move.to === 'Detected';
  const cleared = nextAttempt ? OF_AN_ATTEMPT : move.to === 'Detected' ? (['admission', 'leader'] as const) : (CLEARED[move.to] ?? []);
  const kept = Object.fromEntries(Object.entries(status).filter(([fact]) => !cleared.includes(fact as Fact))) as RemediationRequestStatus;
  return {
    ...kept,
    ...(nextAttempt ? archived(status, move.reason, at) : {}),
    ...move.facts,
    phase: move.to,
    reason: move.reason,
    phaseSince: at,
    clockAt: at,
    ...(nextAttempt ? {} : { clocks: settled(status, now) }),
  };
}

function archived(status: RemediationRequestStatus, reason: string, at: string): Partial<RemediationRequestStatus> {
  const { plan, pullRequest } = status;
  const delivered = pullRequest ? { pullRequest: pullRequest.url, ...(pullRequest.mergeSHA === undefined ? {} : { mergeSHA: pullRequest.mergeSHA }) } : {};
  const finished = { attempt: status.attempt, action: plan?.action ?? 'none', ...(plan ? { actionJson: plan.actionJson } : {}), outcome: 'NotVerified', reason, ...delivered, at };
  return { attempt: status.attempt + 1, attempts: [...(status.attempts ?? []), finished].slice(-10) };
}

/** Time spent so far in each phase; the clock of the phase that ends is added up. */
function settled(status: RemediationRequestStatus, now: Instant): Record<string, number> {
  const since = status.clockAt === undefined ? now : Date.parse(status.clockAt);
  return { ...status.clocks, [status.phase]: (status.clocks?.[status.phase] ?? 0) + Math.max(0, now - since) };
}

/** The status with its clock stopped or started again; the same object when it already stands so. */
export function withClock(status: RemediationRequestStatus, running: boolean, now: Instant): RemediationRequestStatus {
  if (running === (status.clockAt !== undefined)) return status;
  const { clockAt: _, ...rest } = status;
  return running ? { ...status, clockAt: renderTime(now) } : { ...rest, clocks: settled(status, now) };
}
