import { hours, renderTime, type Instant } from '@fleetmend/kernel';
import { attemptsLastDay, openPullRequestUse, type View } from '@fleetmend/lifecycle';
import type { Admission, RemediationRequest } from '@fleetmend/model';
import type { Stage, StageDeps } from '../stage.ts';
import { stormOver } from './storm.ts';
import { healingOf } from './healing.ts';
import { intentOf } from './intent.ts';

/** Lets an attempt start, or says what holds it back and until when. Counted with a quorum read. Noun: `Admission`. */
export function admit(deps: StageDeps): Stage {
  return async (view) => {
    const all = await deps.requests.list();
    const others = all.filter((other) => other.metadata.uid !== view.request.metadata.uid);
    const decided = decideAdmission({ ...view, others });
    const admission = decided.result === 'Admitted' ? ((await withheld(deps, view)) ?? decided) : decided;
    const known = view.request.status.admission;
    // The index shows room where the quorum read sees none: it lags. To say the same again would only make everybody look again.
    const same = admission.result === 'Held' && known?.result === 'Held' && known.reason === admission.reason && known.notBefore === admission.notBefore;
    return same ? { notYet: deps.pace.pollSlow, reason: admission.reason } : { fact: { admission } };
  };
}

/** What budgets know nothing of: that the whole cluster fails, that it is meant, or that the engine is about to put it right. */
async function withheld(deps: StageDeps, view: View): Promise<Admission | undefined> {
  const at = renderTime(view.now);
  const storm = view.request.spec.scope === 'Workload' ? stormOver(deps.openSet, view.request, view.settings.storm) : undefined;
  if (storm !== undefined) return { result: 'Breaker', reason: storm.reason.slice(0, 256), breaker: `${storm.cluster} as a whole`, at };
  const intent = await intentOf(deps, view);
  if (intent !== undefined) return { result: 'Intended', reason: intent, at };
  const healing = await healingOf(deps, view);
  return healing && held(healing.reason, healing.until, at);
}

export function decideAdmission(view: View): Admission {
  const { now, policy, settings } = view;
  const at = renderTime(now);
  const breaker = openBreaker(view);
  if (breaker !== undefined) return { result: 'Breaker', reason: `three of the last five pull requests in ${breaker} did no good`, breaker, at };
  const attempts = attemptsLastDay(view);
  if (attempts.count >= policy.attemptsPerDay && attempts.last !== undefined) return held(`${attempts.count} attempts in the last day`, attempts.last + hours(24), at);
  if (attempts.last !== undefined && now - attempts.last < settings.attempts.spacing) return held('cooling down after the last attempt', attempts.last + settings.attempts.spacing, at);
  const over = openPullRequestUse(view).find((use) => use.open >= use.limit);
  if (over !== undefined) return { result: 'Held', reason: `${over.open} of ${over.limit} open pull requests for this ${over.scope}`, at };
  return { result: 'Admitted', reason: 'within budget', at };
}

function held(reason: string, until: Instant, at: string): Admission {
  return { result: 'Held', reason, notBefore: renderTime(until + 999), at };
}

/** The scope whose last pull requests went wrong too often, lately: a cluster's namespace, or a repository. */
function openBreaker(view: View): string | undefined {
  const scopes = view.request.spec.clusters.map((cluster) => `${cluster}/${view.request.spec.target?.namespace ?? ''}`);
  return scopes.find((scope) => isBroken(view, scope));
}

function isBroken({ others, now, settings }: View, scope: string): boolean {
  const ended = others
    .filter((other) => other.spec.clusters.some((cluster) => `${cluster}/${other.spec.target?.namespace ?? ''}` === scope) && other.status.pullRequest !== undefined && isVerdictOnUs(other))
    .sort((a, b) => endOf(b) - endOf(a))
    .slice(0, settings.breaker.of);
  const bad = ended.filter((other) => other.status.phase !== 'Succeeded');
  const latest = Math.max(0, ...bad.map(endOf));
  return bad.length >= settings.breaker.failures && now - latest < settings.breaker.rest;
}

/** Ended with a word on what we did: repaired, closed, reverted, or not verified. */
function isVerdictOnUs({ status }: RemediationRequest): boolean {
  return status.phase === 'Succeeded' || status.phase === 'Failed';
}

function endOf({ status }: RemediationRequest): number {
  return Date.parse(status.phaseSince ?? '') || 0;
}
