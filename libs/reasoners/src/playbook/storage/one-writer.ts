import type { Action } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { commitWords, restore } from '../changes-in-effect.ts';
import { abstain, type RuleAnswer } from '../rule.ts';
import { replicasOf } from '../scheduling/placement.ts';
import { changesAt, scalerOf, valueInGit } from '../target-changes.ts';
import { claimsOf, claimVolumes, otherUsers } from './claims.ts';

/**
 * A volume that one pod, or one node, can hold at a time, wanted by two. The pods of one workload take turns (`Recreate`), and there is one of
 * them; what several workloads share is for people to sort out.
 */
export function oneWriter(kase: Case, why: string): RuleAnswer {
  const { target } = kase;
  const cause = `a new pod of ${target.kind} ${target.metadata.name} waits for a volume: ${why}`;
  const answer = (confidence: number, ...candidates: readonly Action[]): RuleAnswer => ({ cause, confidence, cites: ['event', 'object', 'history'], candidates });
  const claims = new Set(claimsOf(kase).map(({ metadata }) => metadata.name));
  const shared = claimVolumes(target).filter(({ claim }) => claims.has(claim)).flatMap(({ claim }) => otherUsers(kase, claim).map((user) => `${user} (${claim})`));
  if (shared.length > 0) return answer(0.8, abstain('VolumeShared', `Another workload mounts the same claim: ${shared.join(', ')}. Only one of them can have it; give them a claim each, or one that many may mount.`));
  if (target.kind !== 'Deployment') return answer(0.7, abstain('VolumeHeld', 'A pod that was before still holds the volume; look at that pod and its node.'));
  if (replicasOf(target) > 1) {
    const [raised] = changesAt(kase, /^spec\/replicas$/).filter(({ before }) => before === 1 || before === undefined);
    if (raised?.before === 1 && scalerOf(kase) === undefined) return { ...answer(0.85, restore(kase, raised)), cause: `${cause}; ${commitWords(raised)} asked for ${String(raised.after)} of them` };
    return answer(0.8, abstain('VolumeForOnePod', 'More than one replica mounts a claim that only one can hold; use one replica, a claim that many may mount, or a StatefulSet with a claim for each.'));
  }
  const strategy = changesAt(kase, /^spec\/strategy(\/|$)/).find(({ path, before }) => before === 'Recreate' || (path.at(-1) === 'strategy' && (before as { readonly type?: string } | undefined)?.type === 'Recreate'));
  const takesTurns: Action = { action: 'setVolume', fields: [{ path: ['spec', 'strategy', 'type'], value: 'Recreate' }, ...(valueInGit(kase, ['spec', 'strategy', 'rollingUpdate']) === undefined ? [] : [{ path: ['spec', 'strategy', 'rollingUpdate'], value: null }])] };
  return answer(strategy ? 0.9 : 0.8, takesTurns);
}
