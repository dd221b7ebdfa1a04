import type { LifecycleSettings } from '@fleetmend/lifecycle';
import { renderRef, type RemediationRequest } from '@fleetmend/model';
import type { OpenSet } from '@fleetmend/ports';

/** A cluster in which so much fails that no manifest is to blame: in words, and which one. */
export function stormOver(openSet: Pick<OpenSet, 'open' | 'pods'>, { spec }: Pick<RemediationRequest, 'spec'>, { share, atLeast }: LifecycleSettings['storm']): { readonly cluster: string; readonly reason: string } | undefined {
  for (const cluster of spec.clusters) {
    const pods = openSet.pods(cluster);
    if (pods === undefined) continue;
    const failing = new Set(openSet.open(cluster).map(({ finding }) => renderRef(finding.target))).size;
    if (failing >= atLeast && failing > pods * share) return { cluster, reason: `${failing} workloads of ${cluster} fail, of ${pods} pods: something that they share is wrong, and no pull request mends that` };
  }
  return undefined;
}
