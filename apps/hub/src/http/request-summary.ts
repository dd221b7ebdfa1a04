import { renderRef, type RemediationRequest, type RequestSummary } from '@fleetmend/model';

export type { RequestSummary };

export function summarise({ metadata, spec, status }: RemediationRequest): RequestSummary {
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    clusters: spec.clusters,
    target: spec.target && renderRef(spec.target),
    failure: spec.failure.class,
    phase: status.phase,
    // The one field that `kubectl get rr -o wide` shows.
    reason: status.summary?.reason,
    attempt: status.attempt,
    seen: status.occurrences?.count ?? 0,
    cause: status.diagnosis?.cause,
    pullRequest: status.pullRequest?.url,
    createdAt: metadata.creationTimestamp,
    phaseSince: status.phaseSince,
  };
}
