import { renderRef, type RemediationRequest, type RemediationRequestStatus } from '@fleetmend/model';

/** What `kubectl get rr` shows: a column takes one field each. */
export function summaryOf(request: RemediationRequest, status: RemediationRequestStatus, reason: string): NonNullable<RemediationRequestStatus['summary']> {
  const { spec } = request;
  const { plan, pullRequest, diagnosis } = status;
  return {
    cluster: spec.clusters.join(',').slice(0, 256),
    target: (spec.target ? renderRef(spec.target) : `${spec.subject?.kind ?? spec.scope}/${spec.subject?.name ?? ''}`).slice(0, 380),
    ...(diagnosis ? { cause: diagnosis.cause.slice(0, 256) } : {}),
    ...(pullRequest && pullRequest.number > 0 ? { pullRequest: `${plan?.source.repository ?? ''}#${pullRequest.number}`.slice(0, 256) } : {}),
    reason: reason.slice(0, 256),
  };
}
