import { canonicalJson, digestOf, renderDuration, renderTime, type Clock } from '@fleetmend/kernel';
import type { Action, ModelUse } from '@fleetmend/model';
import type { Case, PluginLog, Reasoner, Reasoning } from '@fleetmend/plugin-api';
import { readAnswer, type ModelAnswer } from './answer.ts';
import { createBreaker, type Breaker } from './breaker.ts';
import type { ChatEndpoint } from './chat-endpoint.ts';
import { converse, type Conversation } from './converse.ts';
import { dayOf, type SpendLedger, type SpendLimit } from './ledger.ts';
import { buildPrompt, TEMPLATE, type Prompt } from './prompt.ts';
import type { ModelSettings } from './settings.ts';

export interface ModelReasonerParts {
  readonly kind: string;
  /** Where the model is, for messages and for telling cached answers of one place from those of another. */
  readonly place: string;
  readonly endpoint: ChatEndpoint;
  readonly settings: ModelSettings;
  readonly ledger: SpendLedger;
  readonly clock: Clock;
  readonly log: PluginLog;
}

/** No answer: why, in a word that lands on the request and in a sentence. */
export interface NoAnswer {
  readonly reason: string;
  readonly message: string;
  /** The same case would get the same answer for a while. */
  readonly remember: boolean;
}

/**
 * A reasoner that asks a language model: redacted prompt, bounded spend, validated answer. Whatever goes wrong with the model ends as
 * an abstention that says why; only being busy is worth another try, and costs no call.
 */
export function modelReasoner(parts: ModelReasonerParts): Reasoner {
  const { kind, endpoint, settings, ledger, clock, place } = parts;
  const breaker = createBreaker({ clock, failures: settings.breaker.failures, rest: settings.breaker.rest });
  const conversation: Conversation = { ...parts, breaker, structured: { usable: settings.structured !== 'never' && endpoint.structured } };
  const talking = { now: 0 };
  return {
    kind,
    async reason(kase, signal) {
      const built = buildPrompt(kase, { maxInputTokens: settings.maxInputTokens, withSchema: !conversation.structured.usable || settings.structured === 'auto' });
      if ('heldBack' in built) return abstention({ reason: 'PromptHeldBack', message: `nothing was sent to the model: ${built.heldBack}`, remember: false }, undefined);
      const { prompt } = built;
      const key = digestOf([kind, place, endpoint.provider, endpoint.model, prompt.caseDigest]);
      const known = readKnown(ledger.findAnswer(key, clock.now()));
      if (known !== undefined) return reasoningOf({ kase, prompt, outcome: known, use: useOf(endpoint, prompt, undefined), most: settings.maxConfidence });

      const closed = await restOver(conversation, breaker, signal);
      if (closed !== undefined) return abstention(closed, useOf(endpoint, prompt, undefined));
      if (talking.now >= settings.budgets.concurrent) throw new Error(`all ${settings.budgets.concurrent} calls to the model that may run at once are running: this case waits`);
      talking.now += 1;
      try {
        const { outcome, spent } = await converse(conversation, { prompt, limits: limitsOf(settings, kase, dayOf(clock.now())), signal });
        if (!('reason' in outcome) || outcome.remember) {
          ledger.putAnswer({ key, text: JSON.stringify(outcome), now: clock.now(), until: clock.now() + ('reason' in outcome ? settings.cache.negativeTtl : settings.cache.ttl) });
        }
        return reasoningOf({ kase, prompt, outcome, use: useOf(endpoint, prompt, spent), most: settings.maxConfidence });
      } finally {
        talking.now -= 1;
      }
    },
    close: async () => ledger.close(),
  };
}

/** While the endpoint rests: waits where that is short, and says so where it is not. */
async function restOver({ clock, settings }: Pick<Conversation, 'clock' | 'settings'>, breaker: Breaker, signal: AbortSignal): Promise<NoAnswer | undefined> {
  const until = breaker.closedUntil();
  if (until === undefined) return undefined;
  const left = until - clock.now();
  if (left <= settings.patience && breaker.closedBy === 'Server') {
    await clock.sleep(left, signal);
    return undefined;
  }
  const when = `it is asked again after ${renderTime(until)}`;
  if (breaker.closedBy === 'Server') return { reason: 'ModelRateLimited', message: `the model's server wants to be left alone for ${renderDuration(left)}; ${when}`, remember: false };
  return { reason: 'ModelBreakerOpen', message: `the model failed ${settings.breaker.failures} times in a row (last: ${breaker.lastFailure}); ${when}`, remember: false };
}

function limitsOf({ budgets }: ModelSettings, kase: Case, day: string): readonly SpendLimit[] {
  return [
    { scope: `request:${kase.request.uid}`, day: '', limit: { tokens: budgets.tokensPerRequest } },
    { scope: `cluster:${kase.cluster}`, day, limit: { tokens: budgets.tokensPerClusterPerDay } },
    { scope: 'fleet', day, limit: { tokens: budgets.tokensPerDay, micros: budgets.usdPerDay === undefined ? undefined : Math.round(budgets.usdPerDay * 1e6) } },
  ];
}

function readKnown(text: string | undefined): ModelAnswer | NoAnswer | undefined {
  if (text === undefined) return undefined;
  const read = readAnswer(text);
  if ('answer' in read) return read.answer;
  const { reason, message } = JSON.parse(text) as Partial<NoAnswer>;
  return reason === undefined || message === undefined ? undefined : { reason, message, remember: false };
}

interface Answered {
  readonly kase: Case;
  readonly prompt: Prompt;
  readonly outcome: ModelAnswer | NoAnswer;
  readonly use: ModelUse;
  readonly most: number;
}

function reasoningOf({ kase, prompt, outcome, use, most }: Answered): Reasoning {
  if ('reason' in outcome) return abstention(outcome, use);
  const tried = new Set(kase.tried);
  const fresh = outcome.actions.filter((action) => action.action !== 'abstain' && !tried.has(canonicalJson(action)));
  const cites = [...new Set(outcome.cites)].flatMap((id) => prompt.evidence.get(id) ?? []).slice(0, 20);
  const common = { cause: outcome.cause.slice(0, 512), source: 'Model', cites, model: use } as const;
  if (fresh.length > 0) return { ...common, confidence: Math.min(outcome.confidence, most), candidates: fresh };
  const own = outcome.actions.find((action) => action.action === 'abstain');
  const why: Action = own ?? { action: 'abstain', reason: 'NothingNewFromModel', lookAt: 'Everything that the model proposes was tried or refused before; a person has to look at the evidence.' };
  return { ...common, confidence: Math.min(outcome.confidence, most), candidates: [why], inconclusive: true };
}

function abstention({ reason, message }: NoAnswer, use: ModelUse | undefined): Reasoning {
  return {
    cause: `no cause was found: ${message}`.slice(0, 512),
    confidence: 0,
    source: 'Model',
    cites: [],
    candidates: [{ action: 'abstain', reason, lookAt: message.slice(0, 512) }],
    ...(use === undefined ? {} : { model: use }),
    inconclusive: true,
  };
}

function useOf({ provider, model }: ChatEndpoint, prompt: Prompt, spent: { readonly input: number; readonly output: number; readonly micros: number } | undefined): ModelUse {
  return { provider: provider.slice(0, 64), name: model.slice(0, 128), template: TEMPLATE, prompt: prompt.digest, inputTokens: spent?.input ?? 0, outputTokens: spent?.output ?? 0, costUSD: (spent?.micros ?? 0) / 1e6, cached: spent === undefined };
}
