import type { PolicyRolloutSpec, RolloutCluster } from '@fleetmend/model';
import { matchesLabels } from '../effective-policy.ts';
import type { LabelledCluster, RolloutView } from './rollout-view.ts';

export interface Wave {
  readonly name: string;
  readonly clusters: readonly string[];
  /** How many of its clusters may climb at once; at least one. */
  readonly atOnce: number;
  readonly needsApproval: boolean;
}

/** The waves with the clusters that each selects: a cluster belongs to the first wave that matches it, or to none. */
export function wavesOf({ waves }: Pick<PolicyRolloutSpec, 'waves'>, clusters: readonly LabelledCluster[]): readonly Wave[] {
  const owner = new Map(clusters.map(({ name, labels }) => [name, waves.findIndex((wave) => matchesLabels(wave.clusters.matchLabels, labels))]));
  return waves.map((wave, index) => {
    const names = clusters.map(({ name }) => name).filter((name) => owner.get(name) === index).sort();
    return { name: wave.name, clusters: names, atOnce: atOnce(wave.maxConcurrency, names.length), needsApproval: wave.before?.includes('Approval') ?? false };
  });
}

/** A share is rounded down, and one cluster may always climb. */
function atOnce(limit: string | undefined, size: number): number {
  const amount = Number.parseInt(limit ?? '1', 10);
  return Math.max(1, limit?.endsWith('%') === true ? Math.floor((size * amount) / 100) : amount);
}

/** The clusters on their way that are still where they started: one that left the fleet or its wave is on last good again. */
export function climbers({ spec, status, clusters }: Pick<RolloutView, 'spec' | 'status' | 'clusters'>): readonly RolloutCluster[] {
  const waves = wavesOf(spec, clusters);
  return (status.clusters ?? []).filter((one) => waves.some((wave) => wave.name === one.wave && wave.clusters.includes(one.name)));
}

/** The first wave in which some cluster has not finished; undefined: all have. Waves without clusters are passed over. */
export function currentWave(view: Pick<RolloutView, 'spec' | 'status' | 'clusters'>): Wave | undefined {
  const done = new Set(climbers(view).filter((one) => one.done).map(({ name }) => name));
  return wavesOf(view.spec, view.clusters).find((wave) => wave.clusters.some((name) => !done.has(name)));
}
