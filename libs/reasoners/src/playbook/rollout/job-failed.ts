import { commitWords, placeWords } from '../changes-in-effect.ts';
import { blamedElsewhere } from '../cause-elsewhere.ts';
import { blameable, complaintOf } from '../complaint.ts';
import type { Rule } from '../rule.ts';
import { changesAt, restoring } from '../target-changes.ts';
import { valueAt } from '../workload.ts';
import { answer, handOver, unknown, who } from './answer.ts';
import { isNamed, logOf, programChanges } from './program-changes.ts';

/** What programs say when somebody else does not answer. */
const OTHERS = /connection refused|no such host|i\/o timeout|timed out|no route to host|connection reset|temporary failure in name resolution|\b50[0234]\b|too many connections|access denied for user|password authentication failed/i;
/** Objects that say by themselves that an engine may delete and make them anew. */
const REPLACED: readonly (readonly [string, RegExp])[] = [['kustomize.toolkit.fluxcd.io/force', /^enabled$/i], ['argocd.argoproj.io/sync-options', /Replace=true|Force=true/]];

/** What ends a run that takes too long, and how often one that fails is tried again: neither has to do with the other. */
const DEADLINE = /^spec(\/jobTemplate\/spec)?\/activeDeadlineSeconds$/;
const PATIENCE = /^spec(\/jobTemplate\/spec)?\/(backoffLimit|backoffLimitPerIndex|maxFailedIndexes|podFailurePolicy)(\/.*)?$/;

/** A run that failed is not mended; the next one is, by what a commit changed for the worse. */
export const jobFailed: Rule = (kase) => {
  const { failure } = kase.request.spec;
  const log = logOf(kase);
  const last = log.trim().split('\n').at(-1)?.slice(0, 160) ?? '';
  const late = failure.subCause === 'DeadlineExceeded';
  const limits = changesAt(kase, late ? DEADLINE : PATIENCE);
  const changed = programChanges(kase).map((change) => ({ change, score: isNamed(log, change) ? 1 : 0 }));
  const program = blameable(kase, complaintOf(kase, kase.request.spec.target?.container), changed).map(({ change }) => change);
  const named = program.filter((change) => isNamed(log, change));
  const suspects = late ? [...limits, ...program] : [...named, ...(named.length === 0 ? [...program, ...limits] : [])];
  const [first] = suspects;
  const said = last === '' ? '' : `; it said: ${last}`;
  if (kase.target.kind === 'Job' && !isReplaced(kase)) {
    return handOver(`${who(kase)} failed: ${failure.message}${said}`, 'JobIsImmutable', `${first ? `${commitWords(first)} changed ${placeWords(first.path)}. ` : ''}The template of a Job cannot be changed and a finished Job does not run again: delete it, or let its successor have a name of its own.`);
  }
  if (!first) {
    if (OTHERS.test(log)) return handOver(`${who(kase)} depends on something that does not answer${said}`, 'ExternalDependency', `Nothing that ${who(kase)} runs was changed lately. See what it could not reach: ${last}`);
    return unknown(`${who(kase)} failed: ${failure.message}${said}`, 'JobFailed', `Nothing that ${who(kase)} runs was changed lately. Read its log.`);
  }
  const elsewhere = !late && named.length === 0 && program.includes(first) ? blamedElsewhere(kase, who(kase), { change: first, score: 0 }) : undefined;
  if (elsewhere) return elsewhere;
  if (!late && named.length === 0 && OTHERS.test(log)) return handOver(`${who(kase)} depends on something that does not answer${said}`, 'ExternalDependency', `What was changed lately is not what its log speaks of. See what it could not reach: ${last}`);
  return answer(`${commitWords(first)} changed ${placeWords(first.path)} of ${first.object.kind} ${first.object.name}, and ${who(kase)} fails since: ${failure.message}${said}`, named.length > 0 || (late && limits.length > 0) ? 0.9 : 0.7, restoring(kase, suspects));
};

function isReplaced(kase: Parameters<Rule>[0]): boolean {
  return REPLACED.some(([name, value]) => value.test(String(valueAt(kase.target, ['metadata', 'annotations', name]) ?? '')));
}

/** The sidecar that keeps a run from ending came with a commit, or is for people: it should be a native one. */
export const jobStuck: Rule = (kase) => {
  const container = kase.request.spec.target?.container ?? '';
  const cause = `container ${container} of ${who(kase)} runs on when the work is done`;
  const lookAt = `Make ${container} a native sidecar (an init container with restartPolicy: Always), or let it end with the work.`;
  if (kase.target.kind === 'Job') return handOver(cause, 'JobIsImmutable', `${lookAt} The template of a Job cannot be changed: its successor needs a name of its own.`);
  if (valueAt(kase.target, ['spec', 'concurrencyPolicy']) === 'Forbid') return handOver(cause, 'RunHasToEnd', `End the run that hangs (delete its Job): with concurrencyPolicy Forbid no other one starts before. ${lookAt}`);
  const added = changesAt(kase, new RegExp(`^\\{pod\\}/containers/\\[name=${container.replace(/[^-a-z0-9]/g, '')}\\]`));
  const [first] = added;
  if (first) return answer(`${commitWords(first)} changed ${placeWords(first.path)}: ${cause}`, 0.85, restoring(kase, [...added.filter(({ path }) => path.at(-1) === `[name=${container}]`), ...added]));
  return handOver(cause, 'SidecarRunsOn', lookAt);
};
