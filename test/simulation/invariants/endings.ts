import { minutes, parseTime, type Instant } from '@fleetmend/kernel';
import { isTerminal } from '@fleetmend/lifecycle';
import type { RemediationRequest } from '@fleetmend/model';
import { US } from '@fleetmend/testing';
import { BOUND } from '../bound.ts';
import type { World } from '../world/world.ts';
import type { Report, Watcher } from './invariants.ts';

/** I17: what has ended leaves no untouched pull request of ours open. L1: everything ends. */
export function watchEndings(world: World, report: Report): Watcher {
  world.ledger.onChange((change) => {
    if (change.kind !== 'Written' || !isTerminal(change.after.status.phase) || (change.before !== undefined && isTerminal(change.before.status.phase))) return;
    const { metadata, status } = change.after;
    if (status.pullRequest?.state === 'Open' && !status.pullRequest.touched) report('I17', `${metadata.name} ended as ${status.phase} (${status.reason ?? ''}) and leaves #${status.pullRequest.number} open`);
  });
  return {
    atTheEnd(calmAt: Instant) {
      for (const pullRequest of world.forge.pullRequests()) {
        if (pullRequest.state !== 'Open' || pullRequest.author !== US || pullRequest.branch.startsWith('fleetmend/revert-')) continue;
        const [, uid] = /rr:([0-9a-f-]{36})/.exec(pullRequest.body) ?? [];
        const request = world.ledger.all().find(({ metadata }) => metadata.uid === uid);
        const untouched = world.forge.stateOf(pullRequest).commits.every((commit) => commit.byUs);
        if (untouched && (request === undefined || isTerminal(request.status.phase))) report('I17', `#${pullRequest.number} is still open and nobody's: ${request === undefined ? 'its request is gone' : `${request.metadata.name} ended as ${request.status.phase} (${request.status.reason ?? ''})`}`);
      }
      if (world.scheduler.now - calmAt < BOUND) return;
      for (const request of world.ledger.all()) if (!isTerminal(request.status.phase) && !isHeldBack(world, request)) report('L1', `${request.metadata.name} is still ${request.status.phase} (${request.status.reason ?? ''}: ${request.status.summary?.reason ?? ''}) ${BOUND / minutes(1)} minutes after everything went right again`);
    },
  };
}

/** Waits for its time with its clock stopped, or for one that does. */
export function isHeldBack(world: World, { metadata, status }: RemediationRequest, waiting: readonly string[] = []): boolean {
  // Two that wait for each other wait for ever.
  if (waiting.includes(metadata.uid)) return false;
  const { admission, leader, phase } = status;
  const until = parseTime(admission?.notBefore) ?? 0;
  if (phase === 'Detected' && admission?.result === 'Held' && until > world.scheduler.now + minutes(20)) return true;
  const first = phase === 'Inhibited' && leader !== undefined ? world.ledger.find(leader.namespace, leader.name) : undefined;
  return first !== undefined && first.metadata.uid === leader?.uid && !isTerminal(first.status.phase) && isHeldBack(world, first, [...waiting, metadata.uid]);
}
