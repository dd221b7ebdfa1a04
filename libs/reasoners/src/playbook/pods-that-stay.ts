import { objectOf, type Action } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { placeWords } from './changes-in-effect.ts';
import { abstain, type RuleAnswer } from './rule.ts';
import { valueAt } from './workload.ts';

/** Why a repair of the template does not reach the pods that wait; undefined: it does. */
function whyPodsStay({ target }: Case): readonly [reason: string, then: string] | undefined {
  if (target.kind === 'StatefulSet' && valueAt(target, ['spec', 'podManagementPolicy']) !== 'Parallel') return ['StuckPodNeedsDeletion', 'then delete the pod that waits: a StatefulSet that starts its pods in order does not replace one that never became ready.'];
  if (target.kind === 'Job') return ['JobIsImmutable', 'and delete the Job, so that it is made anew: the template of a Job cannot be changed.'];
  return undefined;
}

/**
 * A StatefulSet that starts its pods in order waits for a pod that is not ready, and never replaces it by itself, whatever its template says
 * by then; a Job takes no other template at all. The repair is right and heals nothing until somebody deletes the old one: a person has to do both.
 */
export function withStuckPods(kase: Case, answer: RuleAnswer): RuleAnswer {
  const stay = whyPodsStay(kase);
  if (!stay) return answer;
  const repair = answer.candidates.find((action) => action.action !== 'abstain');
  if (!repair || objectOf(repair) !== undefined || repair.action === 'setReplicas' || placeOf(repair) === 'spec/replicas') return answer;
  const [reason, then] = stay;
  return { ...answer, candidates: [abstain(reason, `${wordsFor(repair)}, ${then}`)] };
}

function placeOf(action: Action): string {
  return action.action === 'restoreField' ? action.path.join('/') : '';
}

function wordsFor(action: Action): string {
  if (action.action === 'restoreField') return `Put ${placeWords(action.path)} back to what it was in commit ${action.commit.slice(0, 7)}`;
  if ('fields' in action) return `Set ${action.fields.map(({ path, value }) => `${placeWords(path)} to ${value === null ? 'nothing' : typeof value === 'object' ? JSON.stringify(value) : String(value)}`).join(' and ')}`;
  return `Mend the template (${action.action})`;
}
