import { parseTime } from '@fleetmend/kernel';
import type { Leader, RemediationRequest } from '@fleetmend/model';
import { guard } from '../guard.ts';
import { isPastDelivering, isTerminal } from '../phases.ts';
import { workloadKeys } from '../workload.ts';
import type { View } from '../view.ts';
import { failsStill } from './world.ts';

export type LeaderSeen = Omit<Leader, 'at' | 'state'>;

/**
 * The request that goes first, as the index shows it: a live parent; an earlier intent, or an open pull request, for one of
 * our fields; or another request for the same workload that is already past delivering.
 */
export function findLeader(view: View): LeaderSeen | undefined {
  return liveParent(view) ?? sameField(view) ?? sameWorkload(view);
}

function liveParent({ request, parent }: View): LeaderSeen | undefined {
  if (parent !== undefined) return { ...parent, kind: 'Parent' };
  const { leader } = request.status;
  return leader?.kind === 'Parent' && leader.state === 'Live' ? leader : undefined;
}

function sameField(view: View): LeaderSeen | undefined {
  const own = view.request.status;
  const fields = new Set(own.plan?.fields);
  if (fields.size === 0) return undefined;
  const rivals = view.others.filter((other) => other.status.plan?.fields.some((field) => fields.has(field)) && standsFirst(view.request, other));
  return seen(rivals[0], 'SameField');
}

function sameWorkload(view: View): LeaderSeen | undefined {
  const own = new Set(workloadKeys(view.request));
  const rival = view.others.find((other) => isPastDelivering(other.status.phase) && workloadKeys(other).some((key) => own.has(key)));
  return seen(rival, 'SameWorkload');
}

/** The earlier intent by (time, uid) leads; a request without one is later. An open pull request is always ahead. */
function standsFirst(own: RemediationRequest, other: RemediationRequest): boolean {
  if (isTerminal(other.status.phase)) return false;
  if (other.status.pullRequest?.state === 'Open' || isPastDelivering(other.status.phase)) return true;
  const theirs = standingIntent(other);
  if (theirs === undefined) return false;
  const ours = standingIntent(own);
  if (ours === undefined) return true;
  return theirs !== ours ? theirs < ours : other.metadata.uid < own.metadata.uid;
}

function standingIntent({ status }: RemediationRequest): number | undefined {
  return status.intent !== undefined && status.intent.withdrawn === undefined ? parseTime(status.intent.at) : undefined;
}

function seen(leader: RemediationRequest | undefined, kind: Leader['kind']): LeaderSeen | undefined {
  return leader && { name: leader.metadata.name, namespace: leader.metadata.namespace, uid: leader.metadata.uid, kind };
}

export const ledByAnother = guard('led by another', (view) => findLeader(view) !== undefined);
export const leaderLives = guard('the leader lives', (view) => view.request.status.leader?.state === 'Live');
export const leaderVetoed = guard('the leader was vetoed', (view) => view.request.status.leader?.state === 'Vetoed');

/**
 * Gone for good: a parent's cause has to stay away for two holds, because its echo dies later than it; and a repair that may have been
 * ours as well is given as long to show. A leader that the index still shows in front would only take us back at once, and again, for
 * as long as the index lags.
 */
export const leaderCauseGone = guard('the cause of the leader is gone, and ours still fails', (view) => {
  const { leader } = view.request.status;
  if (leader === undefined || (leader.state !== 'CauseGone' && leader.state !== 'Repaired')) return false;
  if (!failsStill(view) || findLeader(view)?.uid === leader.uid) return false;
  if (leader.kind !== 'Parent' && leader.state === 'CauseGone') return true;
  const since = parseTime(leader.at);
  return since !== undefined && view.now - since >= 2 * view.policy.hold;
});
