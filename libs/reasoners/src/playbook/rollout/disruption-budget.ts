import type { Action } from '@fleetmend/model';
import { commitWords, inNamespace, placeWords, restore } from '../changes-in-effect.ts';
import type { Rule } from '../rule.ts';
import { changesAt, changesOf, restoring, scalerOf } from '../target-changes.ts';
import { asRecord, valueAt } from '../workload.ts';
import { answer, handOver, who } from './answer.ts';

/** One more replica is a small price for nodes that can be drained; beyond this it is not ours to pay. */
const MOST_REPLICAS = 10;

/** Enough pods for the budget, as there were before; the budget itself only goes back to what it was, and never goes. */
export const disruptionBlocked: Rule = (kase) => {
  const name = /budget (\S+)/.exec(kase.request.spec.failure.message)?.[1] ?? '';
  const cause = `disruption budget ${name} wants all pods of ${who(kase)}, so none may ever be evicted`;
  const scaler = scalerOf(kase);
  const fewer = changesAt(kase, /^spec\/replicas$/).filter(({ before, after }) => Number(before ?? 1) > Number(after ?? 1));
  const floor = changesOf(kase, ({ kind }) => kind === 'HorizontalPodAutoscaler').filter(({ path, before, after, object }) => path.join('/') === 'spec/minReplicas' && Number(before) > Number(after ?? 1) && scaler === `HorizontalPodAutoscaler ${object.name}`);
  const budget = changesOf(kase, ({ kind, name: other }) => kind === 'PodDisruptionBudget' && other === name);
  const tightened = budget.filter(({ path }) => /^spec\/(minAvailable|maxUnavailable)$/.test(path.join('/')));
  const made = budget.find(({ path, before }) => path.length === 0 && before === undefined);
  const workload = scaler === undefined ? fewer : floor;
  const [first] = [...workload, ...tightened];
  if (first) return answer(`${commitWords(first)} changed ${placeWords(first.path)} of ${first.object.kind} ${first.object.name}: ${cause}`, 0.85, [...restoring(kase, workload), ...tightened.map((change) => ({ ...restore(kase, change), object: inNamespace(kase, change.object) }))]);
  const replicas = Number(valueAt(kase.target, ['spec', 'replicas']) ?? 1);
  if (made && scaler === undefined && isByNumber(kase, name) && replicas > 1 && replicas < MOST_REPLICAS) {
    const more: Action = { action: 'setReplicas', replicas: replicas + 1 };
    return answer(`${commitWords(made)} brought a budget for as many pods as there are: ${cause}`, 0.6, [more]);
  }
  return handOver(cause, 'DisruptionBudgetMeant', `PodDisruptionBudget ${name} and the replicas of ${who(kase)} were not changed against each other in Git. Run one replica more, or let the budget's owner say how many may go; it is never loosened by us.`);
};

/** `minAvailable` as a number: one pod more leaves one to go. */
function isByNumber(kase: Parameters<Rule>[0], name: string): boolean {
  const budget = kase.related.find(({ kind, metadata }) => kind === 'PodDisruptionBudget' && metadata.name === name);
  return typeof asRecord(budget?.['spec'])['minAvailable'] === 'number';
}
