import { messageOf } from '@fleetmend/kernel';
import { assignedDigests, lastGoodOf, type AssignedDigests, type LastGood } from '@fleetmend/lifecycle';
import { isNotFound, type Writer } from '@fleetmend/k8s';
import type { BundleInfo, FleetClusterStatus } from '@fleetmend/model';
import type { Assignment, FleetCluster } from '@fleetmend/ports';
import { KINDS } from '../kubernetes/kinds.ts';
import type { BundleCache } from './bundle-cache.ts';
import type { BundleDesk } from './bundle-desk.ts';
import type { ReadRollout } from './rollout-objects.ts';

export interface FleetPolicy {
  /** Gives every cluster its bundle, and writes into its FleetCluster which one that is. */
  assign(world: { readonly rollouts: readonly ReadRollout[]; readonly clusters: readonly FleetCluster[] }): Promise<void>;
}

export interface FleetPolicyDeps {
  readonly bundles: BundleCache;
  readonly desk: Pick<BundleDesk, 'publish' | 'lastJudged'>;
  readonly writer: Writer;
  /** The bundle of the hub's config: last good where no rollout was ever completed. */
  readonly configured: () => BundleInfo;
  readonly warn: (message: string) => void;
}

interface Place {
  readonly cluster: FleetCluster;
  readonly lastGood: LastGood;
  readonly digests: AssignedDigests;
}

export function createFleetPolicy({ bundles, desk, writer, configured, warn }: FleetPolicyDeps): FleetPolicy {
  /** A bundle that cannot be had denies: under its digest the engine has no answer. */
  async function infoOf(digest: string, rollouts: readonly ReadRollout[]): Promise<BundleInfo> {
    try {
      return await bundles.ensure(digest, rollouts.find(({ spec }) => spec.bundle.digest === digest)?.spec.bundle.source);
    } catch (error) {
      warn(`policy bundle ${digest} is assigned and cannot judge: ${messageOf(error)}; every change under it is denied until it can`);
      return { name: 'missing', revision: 'missing', digest };
    }
  }

  async function write({ cluster, lastGood, digests }: Place): Promise<void> {
    const known = cluster.status.policy;
    const judged = desk.lastJudged(cluster.name) ?? known?.judged;
    const pointer = lastGood.since === undefined ? {} : { lastGood: lastGood.digest, lastGoodSince: lastGood.since };
    const policy: FleetClusterStatus['policy'] = { assigned: digests.decides, ...(judged === undefined ? {} : { judged }), ...pointer };
    if (Object.entries(policy).every(([key, value]) => known?.[key as keyof typeof policy] === value)) return;
    try {
      await writer.mergePatch(KINDS.cluster, { name: cluster.name }, { status: { policy } }, { subresource: 'status' });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  return {
    async assign({ rollouts, clusters }) {
      const places = clusters.map((cluster): Place => {
        const { lastGood, lastGoodSince } = cluster.status.policy ?? {};
        const pointer = lastGoodOf(cluster.name, rollouts, lastGood === undefined ? { digest: configured().digest } : { digest: lastGood, since: lastGoodSince });
        return { cluster, lastGood: pointer, digests: assignedDigests(cluster.name, rollouts, pointer.digest) };
      });
      const needed = new Set(places.flatMap(({ digests }) => [digests.decides, digests.lastGood]));
      const infos = new Map<string, BundleInfo>();
      for (const digest of needed) infos.set(digest, await infoOf(digest, rollouts));
      const infoFor = (digest: string): BundleInfo => infos.get(digest) ?? bundles.find(digest) ?? { name: 'missing', revision: 'missing', digest };
      desk.publish(new Map(places.map(({ cluster, digests }) => [cluster.name, assignment(digests, infoFor, bundles.find(digests.trial?.digest ?? '') !== undefined)])));
      for (const place of places) await write(place);
      const trials = places.flatMap(({ digests }) => digests.trial?.digest ?? []);
      const waiting = rollouts.filter(({ status }) => status.state !== 'Halted' && status.state !== 'Completed').map(({ spec }) => spec.bundle.digest);
      await bundles.keepOnly(new Set([...needed, ...trials, ...waiting, configured().digest]));
    },
  };
}

/** A bundle on trial that is not here is not asked: that the hub cannot read it is no fault of its rules. */
function assignment({ decides, lastGood, trial }: AssignedDigests, infoFor: (digest: string) => BundleInfo, here: boolean): Assignment {
  if (trial === undefined || !here) return { decides: infoFor(decides) };
  return { decides: infoFor(decides), trial: { rollout: trial.rollout, climb: trial.climb, mode: trial.mode, candidate: infoFor(trial.digest), lastGood: infoFor(lastGood) } };
}
