import type { KubeObject } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { changesTemplate } from './job-template.ts';
import { abstain, type Rule } from './rule.ts';
import { asList, asRecord, valueAt } from './workload.ts';

/**
 * A CronJob that forbids two runs at once begins none while one has not ended. A run whose pods cannot even start never ends by itself,
 * so it holds up the very template that would mend it, until a person deletes it: the change is told and not made.
 */
export function withRunsInTurn(rule: Rule): Rule {
  return (kase) => {
    const answer = rule(kase);
    const held = heldRun(kase);
    if (held === undefined || !answer.candidates.some((action) => changesTemplate(kase, action))) return answer;
    const others = answer.candidates.filter((action) => !changesTemplate(kase, action) && action.action !== 'abstain');
    if (others.length > 0) return { ...answer, candidates: others };
    return { ...answer, candidates: [abstain('RunHoldsTheSchedule', `${answer.cause}. To mend that is not enough: CronJob ${kase.target.metadata.name} forbids two runs at once, and run ${held} never ends: correct the template in Git, then delete Job ${held}.`)] };
  };
}

/** The run that goes on, and that no deadline will end. */
function heldRun({ target, related }: Case): string | undefined {
  if (target.kind !== 'CronJob' || valueAt(target, ['spec', 'concurrencyPolicy']) !== 'Forbid') return undefined;
  return related.find((job) => job.kind === 'Job' && isRunOf(job, target) && !hasEnded(job) && valueAt(job, ['spec', 'activeDeadlineSeconds']) === undefined)?.metadata.name;
}

function isRunOf({ metadata }: KubeObject, target: KubeObject): boolean {
  return metadata.namespace === target.metadata.namespace && (metadata.ownerReferences ?? []).some(({ kind, name }) => kind === 'CronJob' && name === target.metadata.name);
}

function hasEnded(job: KubeObject): boolean {
  return asList(asRecord(job['status'])['conditions']).some(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True');
}
