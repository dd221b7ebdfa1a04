import { renderTime, uuidFrom } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import type { Outcome, Precedent } from '@fleetmend/model';
import { vetoKeys } from '../propose/propose.ts';
import type { Stage, StageDeps } from '../stage.ts';

/** Writes the outcome, good or bad, where the next such case will look; and keeps a person's "no". Noun: `Precedent`. */
export function learn(deps: StageDeps): Stage {
  return async (view) => {
    const { request, now } = view;
    const { reason, plan, phase } = request.status;
    await deps.vectorStore.put(precedentOf(view));
    if (phase === 'Failed' && (reason === 'Vetoed' || reason === 'Rejected') && plan !== undefined) {
      for (const key of vetoKeys(plan, request.spec.failure.fingerprint)) {
        await deps.vectorStore.putVeto({ tenant: request.metadata.namespace, key, request: request.metadata.uid, at: now });
      }
    }
    return { fact: { aftermath: { ...request.status.aftermath, learned: renderTime(now) } } };
  };
}

function precedentOf({ request, now, clusters }: View): Precedent {
  const { status, spec, metadata } = request;
  return {
    id: uuidFrom(metadata.uid, String(status.attempt)),
    tenant: metadata.namespace,
    fingerprint: spec.failure.fingerprint,
    class: spec.failure.class,
    shape: { kind: spec.target?.kind ?? spec.scope, ...(spec.failure.subCause === undefined ? {} : { subCause: spec.failure.subCause }), ...(status.plan === undefined ? {} : { layout: status.plan.source.layout }) },
    cause: status.diagnosis?.cause ?? 'not diagnosed',
    action: status.plan?.action ?? 'abstain',
    ...(status.plan === undefined ? {} : { planDigest: status.plan.digest }),
    fields: status.plan?.fields ?? [],
    outcome: outcomeOf(status.phase, status.reason, status.pullRequest?.touched === true),
    decidedBy: status.diagnosis?.reasoner ?? 'none',
    clusters: clusters.map((cluster) => cluster.name),
    ...(status.pullRequest?.mergeSHA === undefined ? {} : { revision: status.pullRequest.mergeSHA }),
    at: now,
    request: { name: metadata.name, uid: metadata.uid, attempt: status.attempt },
  };
}

function outcomeOf(phase: string, reason: string | undefined, edited: boolean): Outcome {
  if (phase === 'Succeeded') return edited ? 'VerifiedAfterEdit' : 'Verified';
  if (phase === 'Escalated') return 'Escalated';
  if (phase === 'Dismissed') return reason === 'Recovered' ? 'SelfRecovered' : 'Escalated';
  if (reason === 'Vetoed' || reason === 'Rejected') return 'Rejected';
  return reason === 'Reverted' || reason === 'RevertedByHuman' ? 'Reverted' : 'NotVerified';
}
