import { objectOf, type Action } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { inNamespace, isTarget } from './changes-in-effect.ts';
import { abstain, type Rule } from './rule.ts';
import { podSpecPath } from './workload.ts';

/** The template of a Job cannot be changed once it is there: the repair is told, and a person replaces the Job. A CronJob's can. */
export function withJobTemplate(rule: Rule): Rule {
  return (kase) => {
    const answer = rule(kase);
    if (kase.target.kind !== 'Job' || !answer.candidates.some((action) => changesTemplate(kase, action))) return answer;
    const others = answer.candidates.filter((action) => !changesTemplate(kase, action) && action.action !== 'abstain');
    if (others.length > 0) return { ...answer, candidates: others };
    return { ...answer, candidates: [abstain('JobTemplateImmutable', `${answer.cause}. The template of Job ${kase.target.metadata.name} cannot be changed while it exists: correct it in Git, and delete the Job or give it another name.`)] };
  };
}

/** The action changes what the target's pods are made from. */
export function changesTemplate(kase: Case, action: Action): boolean {
  if (action.action === 'abstain') return false;
  const object = objectOf(action);
  if (object !== undefined && !isTarget(kase, inNamespace(kase, object))) return false;
  const pod = podSpecPath(kase.target);
  const paths = 'fields' in action ? action.fields.map(({ path }) => path) : 'path' in action ? [action.path] : [pod];
  return paths.some((path) => pod.every((segment, index) => path[index] === segment));
}
