import type { RemediationRequest } from '@fleetmend/model';
import { renderRef } from '@fleetmend/model';

/** One line of the list of requests, as `kubectl get rr -o wide` shows it. */
export interface RequestSummary {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly clusters: readonly string[];
  readonly target: string | undefined;
  readonly failure: string;
  readonly phase: string;
  readonly reason: string | undefined;
  readonly attempt: number;
  readonly seen: number;
  readonly cause: string | undefined;
  readonly pullRequest: string | undefined;
  readonly createdAt: string;
}

export function summarise({ metadata, spec, status }: RemediationRequest): RequestSummary {
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    clusters: spec.clusters,
    target: spec.target && renderRef(spec.target),
    failure: spec.failure.class,
    phase: status.phase,
    reason: status.reason,
    attempt: status.attempt,
    seen: status.occurrences?.count ?? 0,
    cause: status.diagnosis?.cause,
    pullRequest: status.pullRequest?.url,
    createdAt: metadata.creationTimestamp,
  };
}
