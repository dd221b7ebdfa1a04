import { stateOf, wavesOf, type LabelledCluster } from '@fleetmend/lifecycle';
import type { RolloutSummary } from '@fleetmend/model';
import type { ReadRollout } from '../policy/rollout-objects.ts';

/** A rollout with every cluster that its waves select, also those that have not begun. */
export function rolloutSummary({ object, spec, status }: ReadRollout, fleet: readonly LabelledCluster[]): RolloutSummary {
  const onItsWay = new Map((status.clusters ?? []).map((one) => [`${one.wave}/${one.name}`, one]));
  return {
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    bundle: spec.bundle.digest,
    state: stateOf({ status }),
    reason: status.reason,
    startedAt: status.startedAt,
    finishedAt: status.finishedAt,
    awaits: status.awaits?.what,
    stages: spec.stages.map(({ mode, minDecisions }) => ({ mode, minDecisions })),
    waves: wavesOf(spec, fleet).map(({ name, needsApproval, clusters }) => ({
      name,
      needsApproval,
      clusters: clusters.map((cluster) => {
        const known = onItsWay.get(`${name}/${cluster}`);
        return known === undefined ? { name: cluster, done: false } : { name: cluster, mode: known.mode, done: known.done, counts: known.counts };
      }),
    })),
  };
}
