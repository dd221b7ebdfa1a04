import type { Action } from '@fleetmend/model';
import { commitWords, placeWords } from '../changes-in-effect.ts';
import type { Rule, RuleAnswer } from '../rule.ts';
import { changesAt, restoring, valueInGit } from '../target-changes.ts';
import { valueAt } from '../workload.ts';
import { answer, handOver, switched, unknown, who } from './answer.ts';
import { programChanges } from './program-changes.ts';

const DEADLINE = ['spec', 'startingDeadlineSeconds'];

/** A CronJob starts its runs again as it did before the change that stopped them. */
export const cronJobNotRunning: Rule = (kase) => {
  const { failure } = kase.request.spec;
  switch (failure.subCause) {
    case 'Suspended': {
      const path = ['spec', 'suspend'];
      const changes = changesAt(kase, /^spec\/suspend$/).filter(({ after }) => after === true);
      return switched(kase, { changes, state: 'is suspended', field: 'spec.suspend', inGit: valueInGit(kase, path), live: valueAt(kase.target, path), candidates: restoring(kase, changes.slice(0, 1)) });
    }
    case 'InvalidSchedule':
      return back(kase, /^spec\/schedule$/, 'BadSchedule', 'Write a schedule that comes to pass: some days exist in no month.');
    case 'UnknownTimeZone':
      return back(kase, /^spec\/timeZone$/, 'BadTimeZone', 'Name a time zone that the controller knows.');
    case 'NoStartingWindow':
    case 'MissedDeadline':
      return deadline(kase);
    case 'Blocked': {
      const changes = changesAt(kase, /^spec\/concurrencyPolicy$/, /^spec\/jobTemplate\/spec\/activeDeadlineSeconds$/);
      const suspects = changes.length > 0 ? changes : programChanges(kase);
      const [first] = suspects;
      if (first) return answer(`a run of ${who(kase)} does not end, since ${commitWords(first)}`, 0.7, restoring(kase, suspects));
      return handOver(`a run of ${who(kase)} does not end, and the next ones wait for it`, 'RunDoesNotEnd', `See what the run of ${who(kase)} waits for; end it, and give it an activeDeadlineSeconds.`);
    }
    case 'Replaced': {
      const changes = changesAt(kase, /^spec\/(concurrencyPolicy|schedule)$/);
      const [first] = changes;
      if (first) return answer(`${commitWords(first)} changed ${placeWords(first.path)} of ${who(kase)} from ${String(first.before)}: ${failure.message}`, 0.9, restoring(kase, changes));
      return handOver(`${failure.message}: ${who(kase)}`, 'RunsTakeTooLong', `The runs of ${who(kase)} take longer than its schedule is apart, and each one ends the one before: start them less often, let them be done sooner, or have them wait (concurrencyPolicy: Forbid).`);
    }
    default:
      return unknown(failure.message, 'CronJobUnclear', `See the events of ${who(kase)}.`);
  }
};

function back(kase: Parameters<Rule>[0], pattern: RegExp, reason: string, lookAt: string): RuleAnswer {
  const changes = changesAt(kase, pattern);
  const [change] = changes;
  if (!change) return handOver(kase.request.spec.failure.message, reason, `${lookAt} Git knows no other one for ${who(kase)}.`);
  return answer(`${commitWords(change)} changed ${placeWords(change.path)} of ${who(kase)} from ${String(change.before)}: ${kase.request.spec.failure.message}`, 0.95, restoring(kase, [change]));
}

/** The earlier deadline, else none: then a run that is late is started all the same. */
function deadline(kase: Parameters<Rule>[0]): RuleAnswer {
  const changes = changesAt(kase, /^spec\/startingDeadlineSeconds$/);
  const [change] = changes;
  const without: Action = { action: 'setSchedule', fields: [{ path: DEADLINE, value: null }] };
  const cause = `a starting deadline of ${String(valueAt(kase.target, DEADLINE) ?? '?')} s lets ${who(kase)} miss its runs`;
  if (change) return answer(`${commitWords(change)}: ${cause}`, 0.9, [...restoring(kase, [change]), without]);
  return valueAt(kase.target, DEADLINE) === undefined ? unknown(cause, 'RunsMissed', `See why the controller starts the runs of ${who(kase)} too late.`) : answer(cause, 0.7, [without]);
}
