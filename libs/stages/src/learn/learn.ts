import { parseTime, renderTime, uuidFrom } from '@fleetmend/kernel';
import { guards, type View } from '@fleetmend/lifecycle';
import { Action, type Outcome, type Precedent, type RemediationRequest } from '@fleetmend/model';
import { vetoKeys } from '../propose/propose.ts';
import type { Stage, StageDeps } from '../stage.ts';
import { mergedAction } from './merged-action.ts';
import { actionDigest } from './weigh.ts';

/** Writes how each attempt ended, good or bad, where the next such case will look; and keeps a person's "no". Noun: `Precedent`. */
export function learn(deps: StageDeps): Stage {
  return async (view) => {
    const { request, now } = view;
    const { reason, plan, phase } = request.status;
    for (const earlier of earlierAttempts(view)) await deps.vectorStore.put(earlier);
    await deps.vectorStore.put(lastAttempt(view, await mergedAction(deps, view)));
    if (phase === 'Failed' && (reason === 'Vetoed' || reason === 'Rejected') && plan !== undefined) {
      for (const key of vetoKeys(plan, request.spec.failure.fingerprint)) {
        await deps.vectorStore.putVeto({ tenant: request.metadata.namespace, key, request: request.metadata.uid, at: now });
      }
    }
    return { fact: { aftermath: { ...request.status.aftermath, learned: renderTime(now) } } };
  };
}

/** Features that make two cases alike beyond their fingerprint, as far as they are known before a plan is made. */
export function shapeOf({ spec }: RemediationRequest): Precedent['shape'] {
  return { kind: spec.target?.kind ?? spec.scope, ...(spec.failure.subCause === undefined ? {} : { subCause: spec.failure.subCause }) };
}

function lastAttempt(view: View, merged: Action | undefined): Precedent {
  const { status } = view.request;
  const { plan, pullRequest } = status;
  const touched = pullRequest?.touched === true;
  return {
    ...common(view, status.attempt),
    shape: { ...shapeOf(view.request), ...(plan === undefined ? {} : { layout: plan.source.layout }) },
    cause: status.diagnosis?.cause ?? 'not diagnosed',
    action: plan?.action ?? 'abstain',
    ...(merged === undefined ? {} : { actionDigest: actionDigest(merged) }),
    // What a human edited is theirs: the plan is not what was merged.
    ...(plan === undefined || touched ? {} : { planDigest: plan.digest }),
    fields: plan?.fields ?? [],
    outcome: outcomeOf(status.phase, status.reason, touched),
    decidedBy: decidedBy(view),
    ...(pullRequest?.mergeSHA === undefined ? {} : { revision: pullRequest.mergeSHA }),
    at: view.now,
  };
}

/** Attempts of this request before the last: each was merged, and the symptom remained. */
function earlierAttempts(view: View): readonly Precedent[] {
  return (view.request.status.attempts ?? []).flatMap(({ attempt, action, actionJson, at }) => {
    if (actionJson === undefined) return [];
    const tried = Action.parse(JSON.parse(actionJson));
    return [{ ...common(view, attempt), shape: shapeOf(view.request), cause: `${action} did not help`, action, actionDigest: actionDigest(tried), fields: [], outcome: 'NotVerified' as const, decidedBy: 'nobody', at: parseTime(at) ?? view.now }];
  });
}

function common({ request, clusters }: View, attempt: number): Pick<Precedent, 'id' | 'tenant' | 'fingerprint' | 'class' | 'clusters' | 'request' | 'reasoner'> {
  const { status, spec, metadata } = request;
  return {
    id: uuidFrom(metadata.uid, String(attempt)),
    tenant: metadata.namespace,
    fingerprint: spec.failure.fingerprint,
    class: spec.failure.class,
    clusters: clusters.map((cluster) => cluster.name),
    ...(status.diagnosis === undefined ? {} : { reasoner: status.diagnosis.reasoner }),
    request: { name: metadata.name, uid: metadata.uid, attempt },
  };
}

/**
 * Whether a human let the change in. Where the hub may merge by itself and nobody approved or touched it, nobody can tell
 * afterwards who did, and it counts as the machine's.
 */
function decidedBy(view: View): 'human' | 'machine' | 'nobody' {
  const { pullRequest, verdict } = view.request.status;
  if (pullRequest?.state !== 'Merged') return 'nobody';
  const human = pullRequest.touched || pullRequest.foreignMerge === true || (pullRequest.approvals ?? 0) > 0 || guards.approved(view);
  return human || view.policy.mode !== 'AutoMerge' || verdict?.tier !== 'T0' ? 'human' : 'machine';
}

function outcomeOf(phase: string, reason: string | undefined, edited: boolean): Outcome {
  if (phase === 'Succeeded') return edited ? 'VerifiedAfterEdit' : 'Verified';
  if (phase === 'Escalated') return 'Escalated';
  if (phase === 'Dismissed') return reason === 'Recovered' ? 'SelfRecovered' : 'Escalated';
  if (reason === 'Vetoed' || reason === 'Rejected') return 'Rejected';
  return reason === 'Reverted' || reason === 'RevertedByHuman' ? 'Reverted' : 'NotVerified';
}
