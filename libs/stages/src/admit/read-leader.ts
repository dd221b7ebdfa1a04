import { renderTime } from '@fleetmend/kernel';
import { isTerminal } from '@fleetmend/lifecycle';
import { causeOfRequest, fingerprintOfRequest, type Leader, type RemediationRequest } from '@fleetmend/model';
import type { Stage, StageDeps } from '../stage.ts';

/** Looks at the request that goes first: lives, was vetoed, has repaired something, or its cause is gone. */
export function readLeader(deps: StageDeps): Stage {
  return async (view) => {
    const known = view.request.status.leader;
    if (known === undefined) return { notYet: deps.pace.poll, reason: 'no leader is named' };
    const leader = await deps.requests.get(known.namespace, known.name);
    const state = stateOf(deps, known, leader?.metadata.uid === known.uid ? leader : undefined);
    if (state === known.state) return { notYet: deps.pace.poll, reason: `${known.name} goes first` };
    return { fact: { leader: { ...known, state, at: renderTime(view.now) } } };
  };
}

function stateOf(deps: Pick<StageDeps, 'openSet'>, known: Leader, leader: RemediationRequest | undefined): Leader['state'] {
  if (leader?.status.phase === 'Failed' && (leader.status.reason === 'Vetoed' || leader.status.reason === 'Rejected') && known.kind === 'SameField') return 'Vetoed';
  if (known.kind === 'Parent') return causeIsOpen(deps, leader) ? 'Live' : 'CauseGone';
  if (leader?.status.phase === 'Succeeded') return 'Repaired';
  // A leader that stays back itself leads nobody: two that withdrew at once would wait for each other for ever.
  return leader !== undefined && !isTerminal(leader.status.phase) && leader.status.phase !== 'Inhibited' ? 'Live' : 'CauseGone';
}

/** A parent's cause is open while its fingerprint is, whatever became of its request. */
function causeIsOpen(deps: Pick<StageDeps, 'openSet'>, leader: RemediationRequest | undefined): boolean {
  const cause = leader && causeOfRequest(leader.spec);
  if (cause !== undefined) return [...deps.openSet.sharing(cause)].length > 0;
  return leader?.spec.clusters.some((cluster) => deps.openSet.find(cluster, fingerprintOfRequest(leader.spec, cluster))?.state === 'open') === true;
}
