import { canonicalJson, isPermanent, renderTime } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import { causeOfRequest, renderRef, type Diagnosis, type DroppedAction, type ModelUse, type SharedCause } from '@fleetmend/model';
import type { Case, Reasoning } from '@fleetmend/plugin-api';
import { preferProven } from '../learn/weigh.ts';
import { TRIED_WITHIN } from '../propose/said-lately.ts';
import { findSource, type Source } from '../propose/source.ts';
import type { Stage, StageDeps } from '../stage.ts';
import { gatherCase } from './gather-case.ts';
import { bearingOn, driftWords, handDrift, type HandDrift } from './hand-drift.ts';
import { meantToStand } from './meant-to-stand.ts';
import { commitOnItsWay } from './on-its-way.ts';
import { plainWords } from './plain-words.ts';
import { withoutTaint } from './taint.ts';
import { whileSuspended } from './while-suspended.ts';

/** Finds the cause and what would mend it: the reasoners are asked cheapest first, and the first that knows decides. Noun: `Diagnosis`. */
export function diagnose(deps: StageDeps): Stage {
  return async (view, signal) => {
    const cause = causeOfRequest(view.request.spec);
    if (cause !== undefined) return { fact: { diagnosis: ofSharedCause(view, cause) } };
    const coming = await commitOnItsWay(deps, view);
    if (coming !== undefined) return { notYet: deps.pace.poll, reason: `waits for what comes of ${coming.slice(0, 8)}, which was pushed just now` };
    const kase = await gatherCase(deps, view);
    if (kase === undefined) return { fact: { proposal: { result: 'GoneFromGit', reason: 'TargetGone', message: 'the target does not exist any more', at: renderTime(view.now) } } };
    await deps.evidence.put(kase.evidence);
    const source = await sourceOf(deps, view);
    const drift = source && bearingOn(await handDrift(source), view.request.spec, source.target.kind);
    const { diagnosis: found, models } = drift === undefined ? await ask(deps, view, kase, signal) : { diagnosis: changedByHand(view, kase, drift), models: [] };
    const { suspended } = source?.application ?? {};
    const isOnItsWay = kase.putBackAt !== undefined && view.now - kase.putBackAt < TRIED_WITHIN && found.candidates.length === 0 && drift === undefined && suspended === undefined;
    if (isOnItsWay) return { notYet: deps.pace.poll, reason: 'somebody put back in Git what failed, a moment ago: it has yet to be tried' };
    const diagnosis = suspended === undefined ? found : whileSuspended(found, renderRef(suspended));
    await deps.audit.record(recordOf(view, kase, diagnosis, models));
    return { fact: { diagnosis } };
  };
}

/** Who only says that it does not know lets the next one speak; if nobody knows more, its words stand. */
async function ask(deps: StageDeps, view: View, kase: Case, signal: AbortSignal): Promise<{ readonly diagnosis: Diagnosis; readonly models: readonly ModelUse[] }> {
  let undecided: Diagnosis | undefined;
  const models: ModelUse[] = [];
  for (const reasoner of deps.reasoners) {
    const reasoning = await reasoner.reason(kase, signal);
    if (reasoning === undefined) continue;
    if (reasoning.model !== undefined) models.push(reasoning.model);
    const diagnosis = render(view, kase, reasoner.kind, reasoning);
    if (diagnosis.candidates.length > 0 || reasoning.inconclusive !== true) return { diagnosis, models };
    undecided = undecided === undefined ? diagnosis : alsoUndecided(undecided, diagnosis);
  }
  return { diagnosis: undecided ?? unknownCause(view, kase), models };
}

/** The first one's words stay; of who came after, why it had nothing better, and what it cost. */
function alsoUndecided(first: Diagnosis, next: Diagnosis): Diagnosis {
  const model = next.model ?? first.model;
  const dropped = [...(first.dropped ?? []), ...(next.dropped ?? [])].slice(0, 3);
  const more = next.abstain === undefined ? '' : ` ${next.reasoner} had nothing better (${next.abstain.reason}): ${next.abstain.lookAt}`;
  return {
    ...first,
    ...(first.abstain === undefined ? {} : { abstain: { ...first.abstain, lookAt: `${first.abstain.lookAt}${more}`.slice(0, 512) } }),
    ...(model === undefined ? {} : { model }),
    ...(dropped.length === 0 ? {} : { dropped }),
  };
}

function render(view: View, kase: Case, reasoner: string, reasoning: Reasoning): Diagnosis {
  const cited = kase.evidence.filter((item) => reasoning.cites.includes(item.digest));
  const { candidates, dropped } = withoutTaint(reasoning, kase);
  const meant = candidates.map((action) => meantToStand(kase, action)).find((change) => change !== undefined);
  const open = candidates.filter((action) => action.action !== 'abstain' && meantToStand(kase, action) === undefined);
  const abstain = meant === undefined ? candidates.find((action) => action.action === 'abstain') : standing(meant);
  const actions = preferProven(open, casesLike(kase));
  const byModel = reasoning.source === 'Model' || reasoning.model !== undefined;
  const words = byModel ? plainWords : (text: string, length: number) => text.slice(0, length);
  return {
    cause: words(reasoning.cause, 512),
    confidence: reasoning.confidence,
    source: reasoning.source,
    reasoner,
    evidence: cited.slice(0, 20).map(({ kind, title, digest }) => ({ kind, title, digest })),
    candidates: actions.slice(0, 3).map((action) => canonicalJson(action)),
    ...(actions.length > 0 ? {} : abstain !== undefined ? { abstain: { reason: byModel && !/^[A-Z][A-Za-z]*$/.test(abstain.reason) ? 'ModelAbstained' : abstain.reason, lookAt: words(abstain.lookAt, 512) } } : dropped.length > 0 ? { abstain: nothingLeft(reasoner, dropped) } : {}),
    ...(reasoning.model === undefined ? {} : { model: reasoning.model }),
    ...(dropped.length === 0 ? {} : { dropped: [...dropped.slice(0, 3)] }),
    at: renderTime(view.now),
  };
}

/** Precedents of the same class and shape: what merely reads alike may inform a reasoner and decides nothing here. */
function casesLike({ request, precedents }: Case): Case['precedents'] {
  const { failure, target, scope } = request.spec;
  return precedents.filter(({ precedent }) => precedent.class === failure.class && precedent.shape['kind'] === (target?.kind ?? scope) && precedent.shape['subCause'] === failure.subCause);
}

/** What its own commit says must stay is for whoever wrote that. */
function standing({ commit, message, path, before }: Case['changes'][number]): { readonly action: 'abstain'; readonly reason: string; readonly lookAt: string } {
  const was = before === undefined || typeof before === 'object' ? 'what it was' : `what it was (${JSON.stringify(before)})`;
  return { action: 'abstain', reason: 'MeantToStand', lookAt: `commit ${commit.slice(0, 7)} ("${message.slice(0, 120)}") says itself that ${path.slice(-2).join('/')} must not go back to ${was}: ask whoever wrote it how to go on.`.slice(0, 512) };
}

function nothingLeft(reasoner: string, dropped: readonly DroppedAction[]): NonNullable<Diagnosis['abstain']> {
  const reasons = dropped.map(({ action, reason }) => `${action}: ${reason}`).join('; ');
  return { reason: 'NoKnownOrigin', lookAt: `what ${reasoner} proposed was refused (${reasons}); the evidence of this request is for a person to read`.slice(0, 512) };
}

/** Ids, digests and words of ours only: neither evidence nor what a model wrote. */
function recordOf({ request }: View, kase: Case, diagnosis: Diagnosis, models: readonly ModelUse[]): Parameters<StageDeps['audit']['record']>[0] {
  const { namespace, name, uid } = request.metadata;
  return {
    step: 'diagnose',
    actor: 'hub',
    request: { namespace, name, uid, attempt: request.status.attempt },
    data: {
      reasoner: diagnosis.reasoner,
      source: diagnosis.source,
      confidence: diagnosis.confidence,
      evidence: diagnosis.evidence.map((item) => item.digest),
      redactions: kase.redactions ?? {},
      precedents: kase.precedents.map(({ precedent, weight }) => ({ id: precedent.id, weight })),
      candidates: diagnosis.candidates,
      dropped: diagnosis.dropped ?? [],
      ...(diagnosis.abstain === undefined ? {} : { abstain: diagnosis.abstain.reason }),
      /** Every model that was asked, also one whose answer nobody wanted. */
      models,
    },
  };
}

/** What Git says is not what runs: no commit is to blame, and only a person knows which of both is meant. */
function changedByHand(view: View, kase: Case, drift: HandDrift): Diagnosis {
  const who = `${kase.target.kind} ${kase.target.metadata.name}`;
  return {
    ...unknownCause(view, kase),
    cause: driftWords(drift).slice(0, 512),
    confidence: 0.95,
    abstain: { reason: 'Drift', lookAt: `Drift: put ${who} back to what Git says, or commit what was changed; then ask again. ${driftWords(drift)}`.slice(0, 512) },
  };
}

async function sourceOf(deps: StageDeps, { request }: View): Promise<Source | undefined> {
  try {
    return await findSource(deps, request);
  } catch (error) {
    // Without a place in Git there is nothing to compare with; proposing says why there is none.
    if (isPermanent(error)) return undefined;
    throw error;
  }
}

/** What many workloads have in common and none of their manifests says: it is looked after where it runs. */
function ofSharedCause({ request, now }: View, { scope, name }: SharedCause): Diagnosis {
  const { message } = request.spec.failure;
  const abstain = { reason: `${scope}Trouble`, lookAt: `${message.slice(0, 400)}. No manifest mends that: look at ${scope} ${name}.`.slice(0, 512) };
  return { cause: message.slice(0, 512), confidence: 0.9, source: 'Playbook', reasoner: 'none', evidence: [], candidates: [], abstain, at: renderTime(now) };
}

/** Nobody knew. That is an answer too: a human gets what was gathered. */
function unknownCause(view: View, kase: Case): Diagnosis {
  return {
    cause: `no reasoner knows ${kase.request.spec.failure.class} of this shape`,
    confidence: 0,
    source: 'None',
    reasoner: 'none',
    evidence: kase.evidence.slice(0, 20).map(({ kind, title, digest }) => ({ kind, title, digest })),
    candidates: [],
    abstain: { reason: 'UnknownCause', lookAt: 'the evidence of this request' },
    at: renderTime(view.now),
  };
}
