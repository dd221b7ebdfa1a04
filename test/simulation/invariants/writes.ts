import { seconds } from '@fleetmend/kernel';
import { US } from '@fleetmend/testing';
import type { World } from '../world/world.ts';
import type { Report, Watcher } from './invariants.ts';

const GRACE = seconds(5);
const OUTWARD = new Set(['forge.commit', 'forge.openPullRequest', 'forge.mergePullRequest', 'forge.updatePullRequest']);

/** I6: no write to a forge begins more than five seconds into a pause, and none that opens or merges into a freeze. Ours keeps its hands off what is not ours. */
export function watchWrites(world: World, report: Report): Watcher {
  world.onCall(({ name, by }) => {
    if (!OUTWARD.has(name)) return;
    const { now } = world.scheduler;
    const { pausedSince, frozenSince } = world;
    if (pausedSince !== undefined && now - pausedSince > GRACE) report('I6', `${by.name} began ${name} ${inSeconds(now - pausedSince)} into a pause`);
    if (frozenSince !== undefined && name !== 'forge.updatePullRequest' && now - frozenSince > GRACE) report('I6', `${by.name} began ${name} ${inSeconds(now - frozenSince)} into a freeze`);
  });
  world.forge.onChange(({ kind, pullRequest, by }) => {
    if (by === US && pullRequest.author !== US) report('I3', `pull request #${pullRequest.number} of ${pullRequest.author} was ${kind.toLowerCase()} by us`);
  });
  return {};
}

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
