import { digestOf } from '@fleetmend/kernel';
import type { BundleInfo } from '@fleetmend/model';
import type { PolicyEngine } from '@fleetmend/plugin-api';
import type { Assignment, Bundles } from '@fleetmend/ports';

export interface BundleDeps {
  readonly policyEngine: Pick<PolicyEngine, 'active'>;
  readonly bundles?: Pick<Bundles, 'assigned'> | undefined;
}

/** The bundles that judge a change of these clusters, each once: a change of several clusters has to please all of theirs. */
export function bundlesFor({ policyEngine, bundles }: BundleDeps, clusters: readonly string[]): readonly BundleInfo[] {
  if (bundles === undefined || clusters.length === 0) return [policyEngine.active()];
  const byDigest = new Map(clusters.map((cluster) => bundles.assigned(cluster).decides).map((info) => [info.digest, info]));
  return [...byDigest.values()].sort((a, b) => a.digest.localeCompare(b.digest));
}

/**
 * What a verdict about these clusters is given by: their bundle, or all of theirs under one digest. Where a coming bundle
 * warns, it is part of that: a verdict from before the warnings, which wanted no human, counts no more.
 */
export function bundleFor({ policyEngine, bundles }: BundleDeps, clusters: readonly string[]): BundleInfo {
  if (bundles === undefined || clusters.length === 0) return policyEngine.active();
  const byDigest = new Map(clusters.map((cluster) => withWarner(bundles.assigned(cluster))).map((info) => [info.digest, info]));
  return jointly([...byDigest.values()].sort((a, b) => a.digest.localeCompare(b.digest)));
}

function withWarner({ decides, trial }: Assignment): BundleInfo {
  return trial?.mode === 'Warn' ? { ...decides, digest: digestOf({ decides: decides.digest, warns: trial.candidate.digest }) } : decides;
}

function jointly(bundles: readonly BundleInfo[]): BundleInfo {
  const [first, ...others] = bundles;
  if (first !== undefined && others.length === 0) return first;
  return { name: 'jointly', revision: bundles.map(({ revision }) => revision.slice(0, 12)).join('+').slice(0, 128), digest: digestOf(bundles.map(({ digest }) => digest)) };
}
