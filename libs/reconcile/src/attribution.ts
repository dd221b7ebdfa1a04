import { isTerminal } from '@fleetmend/lifecycle';
import { ENOUGH_OWNERS, causeOfRequest, causesOf, echoesNode, fingerprintOfCause, fingerprintOfRequest, isAbout, renderRef, type FailureEvent, type RemediationRequest, type SharedCause } from '@fleetmend/model';
import type { OpenSet } from '@fleetmend/ports';

/** The lost node of which a failure is an echo. */
export function lostNodeOf(openSet: OpenSet, event: FailureEvent): FailureEvent | undefined {
  return openSet.lostNodes(event.cluster).find((node) => echoesNode(event, node));
}

/** What a failure has in common with those of other workloads, where enough of them show it: itself counts. */
export function sharedCauseOf(openSet: OpenSet, event: FailureEvent): SharedCause | undefined {
  return causesOf(event).find((cause) => {
    const owners = new Set<string>();
    for (const { cluster, finding } of openSet.sharing(cause)) {
      owners.add(`${cluster}/${renderRef(finding.target)}`);
      if (owners.size >= ENOUGH_OWNERS) return true;
    }
    return false;
  });
}

/** A request about the cause that lives, or that ended and whose cause has not gone away since. */
export function standingRequest(requests: readonly RemediationRequest[], cause: SharedCause): RemediationRequest | undefined {
  const fingerprint = fingerprintOfCause(cause);
  return requests.find(({ spec, status }) => spec.failure.fingerprint === fingerprint && (!isTerminal(status.phase) || (status.phase === 'Escalated' && status.aftermath?.ticketClosed === undefined)));
}

/** The request that goes before another one, because its cause explains all of what that one is about. */
export function parentOf(openSet: OpenSet, requests: readonly RemediationRequest[], request: RemediationRequest): RemediationRequest | undefined {
  const { spec } = request;
  if (spec.scope !== 'Workload') return undefined;
  const open = spec.clusters.flatMap((cluster) => openSet.find(cluster, fingerprintOfRequest(spec, cluster)) ?? []).filter(({ state }) => state === 'open');
  const [first, ...others] = open.map((event) => {
    const node = lostNodeOf(openSet, event);
    if (node !== undefined) return requests.find((one) => isAbout(one.spec, node.cluster, node.fingerprint));
    return causesOf(event).flatMap((cause) => standingRequest(requests, cause) ?? [])[0];
  });
  return first !== undefined && others.every((one) => one?.metadata.uid === first.metadata.uid) ? first : undefined;
}

/** What the hub knows of a shared cause, as if it were one failure. Undefined: the request is about no shared cause. */
export function causeEntry(openSet: OpenSet, spec: RemediationRequest['spec']): Pick<FailureEvent, 'state' | 'at'> | undefined {
  const cause = causeOfRequest(spec);
  if (cause === undefined) return undefined;
  const [first] = [...openSet.sharing(cause)];
  return first === undefined ? { state: 'closed', at: openSet.sharingEnded(cause) ?? openSet.since } : { state: 'open', at: first.at };
}
