import { digestOf, renderTime } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import type { Baseline, HealthAnswer } from '@fleetmend/model';
import type { StageDeps } from '../stage.ts';
import { targetOf } from './source.ts';

/** How the target stands in one cluster now. */
export async function readBaseline(deps: Pick<StageDeps, 'clusters'>, view: View, cluster: string): Promise<Baseline> {
  const health = await deps.clusters.ask(cluster, { question: 'health', target: targetOf(view.request) });
  return { ready: health.ready, guards: guardsDigest(health), findings: health.findings.map((one) => one.fingerprint).slice(0, 10), at: renderTime(view.now) };
}

/** One digest over all guard objects: whichever changes, it changes. */
export function guardsDigest(health: HealthAnswer): string {
  return digestOf(health.guards);
}
