import { parseTime } from '@fleetmend/kernel';
import { guard } from '../guard.ts';
import type { ClusterView, View } from '../view.ts';

/** The agent is in touch: nothing that it would have said can be missing. */
export function isConnected(view: View, cluster: ClusterView): boolean {
  return cluster.lastContact !== undefined && view.now - cluster.lastContact <= view.settings.contactGap;
}

function isClosed(view: View, cluster: ClusterView): boolean {
  if (!isConnected(view, cluster)) return false;
  return cluster.entry === undefined ? cluster.synced : cluster.entry.state === 'closed';
}

/** Every agent is connected and has sent `closed`, which it does only after the close dwell. */
export const recovered = guard('recovered', (view) => view.clusters.length > 0 && view.clusters.every((cluster) => isClosed(view, cluster)));

export const failsStill = guard('it still fails', (view) => view.clusters.some((cluster) => cluster.entry?.state === 'open'));

/** Deleted in every cluster, or no longer in Git. */
export const targetGone = guard('the target is gone', (view) => {
  const { proposal } = view.request.status;
  return proposal?.result === 'GoneFromGit' || (view.clusters.length > 0 && view.clusters.every((cluster) => cluster.entry?.state === 'gone'));
});

/** A cluster whose agent is silent, though not for longer than silence may stop a clock. */
export const clusterSilent = guard('a cluster is silent', (view) =>
  view.clusters.some((cluster) => {
    if (isConnected(view, cluster)) return false;
    const since = cluster.lastContact ?? parseTime(view.request.status.phaseSince) ?? view.now;
    return view.now - since <= view.settings.silenceLimit;
  }),
);

/** Somebody deleted the object, or asked to stop: the same wish. */
export const cancelled = guard('cancelled', (view) => view.request.spec.cancel || view.request.metadata.deletionTimestamp !== undefined);
export const frozen = guard('frozen', (view) => view.policy.frozen.length > 0);
export const paused = guard('paused', (view) => view.policy.paused);
export const forgeMayBeWritten = guard('neither frozen nor paused', (view) => !frozen(view) && !paused(view));
export const notSelected = guard('no policy selects it', (view) => view.policy.selectedBy.length === 0);
export const observeOnly = guard('mode is Observe', (view) => view.policy.mode === 'Observe');
export const permanentError = guard('a stage failed for good', (view) => view.request.status.error !== undefined);
