import type { Action } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { changesInEffect, commitWords } from '../changes-in-effect.ts';
import { nearestName } from '../nearest-name.ts';
import type { Rule } from '../rule.ts';
import { changesAt, changesOf, restoring } from '../target-changes.ts';
import { podSpecPath } from '../workload.ts';
import { answer, handOver } from './answer.ts';
import { nameIn } from './refusal-text.ts';

/** A pod acts only as somebody whom Git has named for it before. */
export const serviceAccountNotFound: Rule = (kase) => {
  const { failure } = kase.request.spec;
  const name = nameIn(failure.message, /ServiceAccount (\S+)/);
  const who = `${kase.target.kind} ${kase.target.metadata.name}`;
  // Somebody else's word for it is not enough: what is missing has to be what Git says, and Git must not make it.
  const [renamed] = changesAt(kase, /^\{pod\}\/serviceAccountName$/).filter(({ after }) => after === name);
  const made = (kase.versions[0]?.objects ?? []).some(({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === name);
  if (made) return handOver(`ServiceAccount ${name} of ${who} does not exist, though Git makes it`, 'ServiceAccountNotApplied', `Git holds ServiceAccount ${name}, and the cluster does not have it: look at what the GitOps engine says of it, and whether somebody deletes it.`);
  const removed = changesOf(kase, ({ kind }) => kind === 'ServiceAccount').filter(({ path, after }) => path.length === 0 && after === undefined);
  const isGone = removed.some(({ object }) => object.name === renamed?.before);
  if (renamed && typeof renamed.before === 'string' && renamed.before !== name && !isGone) {
    return answer(`${commitWords(renamed)} made ${who} run as ServiceAccount ${name}, which does not exist; it was ${renamed.before}`, 0.95, [{ action: 'setReference', fields: [{ path: [...podSpecPath(kase.target), 'serviceAccountName'], value: renamed.before }] }]);
  }
  const [gone] = removed;
  const why = gone ? `${commitWords(gone)} took ServiceAccount ${gone.object.name} away.` : renamed ? `${commitWords(renamed)} named it first.` : 'Git never named another one.';
  return handOver(`ServiceAccount ${name} of ${who} does not exist`, 'ServiceAccountMissing', `${why} Create ServiceAccount ${name}, or name one that exists: whom a pod acts as is not for us to choose.`);
};

/** A priority class that does not exist goes back to the earlier one, or to the one that was meant. */
export const priorityClassNotFound: Rule = (kase) => missing(kase, { kind: 'PriorityClass', field: 'priorityClassName', action: 'setReference' });

interface Missing {
  readonly kind: string;
  readonly field: string;
  readonly action: 'setReference' | 'setPodField';
}

export function missing(kase: Case, { kind, field, action }: Missing): ReturnType<Rule> {
  const { failure } = kase.request.spec;
  const name = nameIn(failure.message, new RegExp(`${kind} (\\S+)`));
  const who = `${kase.target.kind} ${kase.target.metadata.name}`;
  const path = [...podSpecPath(kase.target), field];
  const [renamed] = changesAt(kase, new RegExp(`^\\{pod\\}/${field}$`));
  const known = kase.related.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
  const near = nearestName(name, known);
  const toNear: readonly Action[] = near === undefined ? [] : [{ action, fields: [{ path, value: near }] }];
  const [gone] = changesInEffect(kase).filter(({ object, path: at, after }) => object.kind === kind && object.name === name && at.length === 0 && after === undefined);
  if (renamed && renamed.before !== name && (renamed.before === undefined || known.length === 0 || known.includes(String(renamed.before)))) {
    return answer(`${commitWords(renamed)} gave ${who} the ${kind} ${name}, which does not exist`, 0.95, [...restoring(kase, [renamed]), ...toNear]);
  }
  if (near !== undefined && !gone) return answer(`${kind} ${name} of ${who} does not exist; ${near} does`, 0.75, toNear);
  return handOver(`${kind} ${name} of ${who} does not exist`, `${kind}Missing`, `${gone ? `${commitWords(gone)} took it away. ` : ''}Create ${kind} ${name}, or name one that exists: ${known.slice(0, 10).join(', ') || 'none that we can see'}.`);
}
