import { objectOf, type Action } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { placeWords } from './changes-in-effect.ts';
import { abstain, type RuleAnswer } from './rule.ts';
import { valueAt } from './workload.ts';

/**
 * A StatefulSet that starts its pods in order waits for a pod that is not ready, and never replaces it by itself, whatever its template says
 * by then. A repair of the template is right and heals nothing until somebody deletes that pod: a person has to do both.
 */
export function withStuckPods(kase: Case, answer: RuleAnswer): RuleAnswer {
  if (kase.target.kind !== 'StatefulSet' || valueAt(kase.target, ['spec', 'podManagementPolicy']) === 'Parallel') return answer;
  const repair = answer.candidates.find((action) => action.action !== 'abstain');
  if (!repair || objectOf(repair) !== undefined || repair.action === 'setReplicas' || placeOf(repair) === 'spec/replicas') return answer;
  const lookAt = `${wordsFor(repair)}, then delete the pod that waits: a StatefulSet that starts its pods in order does not replace one that never became ready.`;
  return { ...answer, candidates: [abstain('StuckPodNeedsDeletion', lookAt)] };
}

function placeOf(action: Action): string {
  return action.action === 'restoreField' ? action.path.join('/') : '';
}

function wordsFor(action: Action): string {
  if (action.action === 'restoreField') return `Put ${placeWords(action.path)} back to what it was in commit ${action.commit.slice(0, 7)}`;
  if ('fields' in action) return `Set ${action.fields.map(({ path, value }) => `${placeWords(path)} to ${value === null ? 'nothing' : typeof value === 'object' ? JSON.stringify(value) : String(value)}`).join(' and ')}`;
  return `Mend the template (${action.action})`;
}
