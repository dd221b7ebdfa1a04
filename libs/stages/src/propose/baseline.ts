import { digestOf, renderTime } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import { Action, objectOf, type Baseline, type HealthAnswer, type ObjectRef, type Plan } from '@fleetmend/model';
import type { StageDeps } from '../stage.ts';
import { targetOf } from './source.ts';

/** How the target stands in one cluster now. */
export async function readBaseline(deps: Pick<StageDeps, 'clusters'>, view: View, cluster: string, plan: Plan): Promise<Baseline> {
  const health = await deps.clusters.ask(cluster, { question: 'health', target: targetOf(view.request) });
  return { ready: health.ready, guards: guardsDigest(health, objectOfPlan(plan)), findings: health.findings.map((one) => one.fingerprint).slice(0, 10), at: renderTime(view.now) };
}

/** One digest over all guard objects but the one that the plan itself changes: whichever else changes, it changes. */
export function guardsDigest(health: HealthAnswer, changed?: ObjectRef): string {
  const own = changed && `${changed.kind}/${changed.namespace ?? ''}/${changed.name}`;
  return digestOf(Object.fromEntries(Object.entries(health.guards).filter(([name]) => name !== own)));
}

/** The object that a plan's action changes, where it is another than the target. */
export function objectOfPlan(plan: Plan | undefined): ObjectRef | undefined {
  return plan && objectOf(Action.parse(JSON.parse(plan.actionJson)));
}
