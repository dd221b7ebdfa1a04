import { minutes, seconds, type Instant } from '@fleetmend/kernel';
import { isTerminal } from '@fleetmend/lifecycle';
import { fingerprintOfRequest, isAbout } from '@fleetmend/model';
import type { World } from '../world/world.ts';
import type { Report, Watcher } from './invariants.ts';

const PATIENCE = minutes(3);
/** Clocks of hub and agent differ by this much at most. */
const SKEW = seconds(15);

/** I1: a failure that lasts longer than three minutes, with nothing in the way of its news, has a request. */
export function watchCoverage(world: World, report: Report): Watcher {
  /** When the last request for a fingerprint ended; a failure that was open then, and still is, gets no new one. */
  const ended = new Map<string, Instant>();
  world.ledger.onChange((change) => {
    const request = change.kind === 'Written' ? change.after : change.before;
    const endsNow = change.kind === 'Written' && isTerminal(request.status.phase) && !(change.before !== undefined && isTerminal(change.before.status.phase));
    if (endsNow) for (const cluster of request.spec.clusters) ended.set(fingerprintOfRequest(request.spec, cluster), world.scheduler.now);
  });
  const isCovered = (cluster: string, fingerprint: string, since: Instant): boolean =>
    (ended.get(fingerprint) ?? 0) >= since - SKEW || world.ledger.all().some((request) => isAbout(request.spec, cluster, fingerprint) && !isTerminal(request.status.phase));

  return {
    check() {
      const { now } = world.scheduler;
      if (world.hubsAlive() === 0) return;
      for (const agent of world.agents.values()) {
        if (agent.isSilent()) continue;
        for (const { fingerprint, since } of agent.open()) {
          const waited = now - Math.max(since, world.disturbedAt, ended.get(fingerprint) ?? 0);
          if (waited > PATIENCE && !isCovered(agent.cluster, fingerprint, since)) report('I1', `${fingerprint.slice(7, 19)} in ${agent.cluster} has been failing for ${Math.round((now - since) / 1000)} s without a request`);
        }
      }
    },
  };
}
