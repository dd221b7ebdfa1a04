import { canonicalJson, isPermanent, messageOf, type Clock } from '@fleetmend/kernel';
import { climbId, climbOf, nextRollout, stateOf, wavesOf, type BundleReadiness, type LabelledCluster, type RolloutMove, type RolloutView } from '@fleetmend/lifecycle';
import type { RolloutCluster } from '@fleetmend/model';
import type { FleetCluster, Settings } from '@fleetmend/ports';
import type { BundleCache } from './bundle-cache.ts';
import type { DecisionLog } from './decision-log.ts';
import type { FleetPolicy } from './fleet-policy.ts';
import type { ReadRollout, RolloutObjects } from './rollout-objects.ts';

export interface RolloutControllerDeps {
  readonly clock: Clock;
  /** The hub's own namespace: a rollout elsewhere is refused, or a tenant could change everybody's policy. */
  readonly namespace: string;
  readonly rollouts: RolloutObjects;
  readonly settings: Pick<Settings, 'clusters' | 'approvals'>;
  readonly bundles: BundleCache;
  readonly log: DecisionLog;
  readonly fleet: FleetPolicy;
  /** Told after it was written. */
  readonly moved: (rollout: ReadRollout, move: RolloutMove) => void;
  /** A cluster entered its first stage: what was decided there before can be judged again. */
  readonly entered: (rollout: ReadRollout, cluster: RolloutCluster) => Promise<void>;
  /** Told how everything stands, after each look. */
  readonly shown: (rollouts: readonly ReadRollout[]) => void;
}

/**
 * One look at all rollouts: each takes at most one step, is written if it changed, and then every cluster is given its bundle.
 * It keeps nothing between two looks.
 */
export function createRolloutController(deps: RolloutControllerDeps): () => Promise<void> {
  return async () => {
    const [read, clusters, { trusted, approvals }] = await Promise.all([deps.rollouts.list(), deps.settings.clusters(), deps.settings.approvals()]);
    const said = trusted ? approvals : [];
    let current: readonly ReadRollout[] = read;
    const fresh: { readonly rollout: ReadRollout; readonly cluster: RolloutCluster }[] = [];
    for (const rollout of read) {
      const mine = said.filter(({ namespace, spec }) => spec.request.uid === rollout.uid && namespace === rollout.object.metadata.namespace).map(({ spec }) => ({ planDigest: spec.planDigest, decision: spec.decision, approver: spec.approver }));
      const written = await step(deps, { rollout, clusters, all: current, approvals: mine });
      if (written === undefined) continue;
      current = current.map((one) => (one.uid === rollout.uid ? written : one));
      fresh.push(...enteredNow(rollout, written).map((cluster) => ({ rollout: written, cluster })));
    }
    await deps.fleet.assign({ rollouts: current, clusters });
    for (const { rollout, cluster } of fresh) await deps.entered(rollout, cluster);
    deps.log.keepOnly(current.map(({ name, status }) => ({ rollout: name, climb: climbId(status) })));
    deps.shown(current);
  };
}

interface Turn {
  readonly rollout: ReadRollout;
  readonly clusters: readonly FleetCluster[];
  readonly all: readonly ReadRollout[];
  readonly approvals: RolloutView['approvals'];
}

/** @returns the rollout as it stands now; undefined: somebody else wrote it meanwhile. */
async function step(deps: RolloutControllerDeps, { rollout, clusters, all, approvals }: Turn): Promise<ReadRollout | undefined> {
  const climb = climbId(rollout.status);
  const view: RolloutView = {
    name: rollout.name,
    spec: rollout.spec,
    status: rollout.status,
    generation: rollout.object.metadata.generation ?? 0,
    clusters: clusters.map(withLive),
    counted: (cluster, mode) => deps.log.counts({ rollout: rollout.name, climb, cluster, mode }),
    bundle: await readiness(deps, rollout),
    others: all.filter(({ uid }) => uid !== rollout.uid).map(({ name, spec, status }) => ({ name, state: stateOf({ status }), clusters: wavesOf(spec, clusters).flatMap((wave) => wave.clusters) })),
    approvals,
    now: deps.clock.now(),
  };
  const { status, moves } = nextRollout(view);
  const { observedGeneration: _, ...known } = rollout.status;
  const { observedGeneration: __, ...next } = status;
  if (canonicalJson(known) === canonicalJson(next) && rollout.status.observedGeneration === rollout.object.metadata.generation) return rollout;
  const written = await deps.rollouts.writeStatus(rollout, status);
  if (written !== undefined) for (const move of moves) deps.moved(written, move);
  return written;
}

/** As its agent told: neither a digest nor a word of what is whole means that the cluster has nothing of the kind. */
function withLive({ name, labels, status }: FleetCluster): LabelledCluster {
  const { inCluster, inClusterWhole } = status.policy ?? {};
  return { name, labels, inCluster: inClusterWhole === undefined ? undefined : { digest: inCluster, whole: inClusterWhole } };
}

/** What has ended needs no bundle, unless its spec is another now. */
async function readiness({ bundles, namespace }: RolloutControllerDeps, { spec, status, object }: ReadRollout): Promise<BundleReadiness> {
  const ended = status.state === 'Halted' || status.state === 'Completed';
  if (ended && status.climb === climbOf(spec)) return { state: 'ready' };
  if (object.metadata.namespace !== namespace) return { state: 'refused', message: `a PolicyRollout counts only in namespace ${namespace}, for it changes the policy of every team: create it there` };
  try {
    await bundles.ensure(spec.bundle.digest, spec.bundle.source);
    return { state: 'ready' };
  } catch (error) {
    return { state: isPermanent(error) ? 'refused' : 'missing', message: messageOf(error) };
  }
}

function enteredNow(before: ReadRollout, after: ReadRollout): readonly RolloutCluster[] {
  const sameClimb = climbId(before.status) === climbId(after.status);
  return (after.status.clusters ?? []).filter((one) => one.mode === 'Shadow' && !(sameClimb && before.status.clusters?.some((known) => known.name === one.name && known.wave === one.wave)));
}
