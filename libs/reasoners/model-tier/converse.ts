import { messageOf, minutes, renderDuration, type Clock } from '@fleetmend/kernel';
import type { PluginLog } from '@fleetmend/plugin-api';
import { scan } from '@fleetmend/redaction';
import { ANSWER_SCHEMA, readAnswer, type ModelAnswer } from './answer.ts';
import type { NoAnswer } from './ask-model.ts';
import type { Breaker } from './breaker.ts';
import { EndpointTrouble, type ChatAnswer, type ChatEndpoint, type ChatOrder, type Turn } from './chat-endpoint.ts';
import type { Amount, SpendLedger, SpendLimit } from './ledger.ts';
import { estimateTokens, type Prompt } from './prompt.ts';
import type { ModelSettings } from './settings.ts';
import { within } from './within.ts';

export interface Conversation {
  readonly endpoint: ChatEndpoint;
  readonly settings: ModelSettings;
  readonly ledger: SpendLedger;
  readonly clock: Clock;
  readonly log: PluginLog;
  readonly breaker: Breaker;
  /** Turns false for good when the server refuses schemas. */
  readonly structured: { usable: boolean };
}

export interface Spent {
  input: number;
  output: number;
  micros: number;
  /** A call took longer than the breaker allows. */
  slow: boolean;
}

interface About {
  readonly prompt: Prompt;
  readonly limits: readonly SpendLimit[];
  readonly signal: AbortSignal;
}

/** A first answer and one repair of its form. More turns would only cost more. */
const ROUNDS = 2;
const LONGEST_ECHO = 4000;
const UNASKED_REST = minutes(1);

/** Asks until there is a valid answer or a reason why there is none. Every call is paid for out of the budgets first. */
export async function converse(parts: Conversation, { prompt, limits, signal }: About): Promise<{ readonly outcome: ModelAnswer | NoAnswer; readonly spent: Spent }> {
  const spent: Spent = { input: 0, output: 0, micros: 0, slow: false };
  let turns: readonly Turn[] = prompt.turns;
  let problem = '';
  for (let round = 0; round < ROUNDS; round += 1) {
    const asked = await ask(parts, { turns, limits, signal, spent });
    if ('reason' in asked) return { outcome: asked, spent };
    const read = readAnswer(asked.text);
    if ('answer' in read) {
      if (!spent.slow) parts.breaker.succeeded();
      return { outcome: read.answer, spent };
    }
    if (asked.cutOff) return { outcome: { reason: 'ModelAnswerCutOff', message: `the model's answer was cut off at ${parts.settings.maxOutputTokens} tokens, twice as long would be no better: raise maxOutputTokens or take a model that keeps to the form`, remember: true }, spent };
    problem = read.problem;
    const echo = asked.text.slice(0, LONGEST_ECHO);
    if (scan(echo).length > 0) break; // what looks like a secret is not sent again, wherever it came from
    turns = [...prompt.turns, { role: 'assistant', text: echo }, { role: 'user', text: `That was no valid answer: ${problem}. Answer again with the JSON object alone.` }];
  }
  parts.breaker.failed('its answers were of no use');
  return { outcome: { reason: 'ModelAnswerUnusable', message: `the model's answer was of no use, also after it was asked to mend it: ${problem}`, remember: true }, spent };
}

interface Ask {
  readonly turns: readonly Turn[];
  readonly limits: readonly SpendLimit[];
  readonly signal: AbortSignal;
  readonly spent: Spent;
}

/** One answer. The only calls that are made again: once without a schema where the server has none, once after a short `Retry-After`. */
async function ask(parts: Conversation, order: Ask): Promise<ChatAnswer | NoAnswer> {
  const { settings, structured, breaker, clock } = parts;
  let waited = false;
  for (;;) {
    try {
      return await call(parts, order);
    } catch (error) {
      order.signal.throwIfAborted();
      if (error instanceof BudgetSpent) return { reason: 'ModelBudgetSpent', message: error.message, remember: false };
      const trouble = error instanceof EndpointTrouble ? error : new EndpointTrouble('Unreachable', messageOf(error), { cause: error });
      if (trouble.kind === 'NoStructure' && structured.usable && settings.structured === 'auto') {
        structured.usable = false;
        continue;
      }
      breaker.failed(trouble.message);
      parts.log.warn('the model gave no answer', { 'error.type': trouble.kind, 'gen_ai.request.model': parts.endpoint.model });
      if (trouble.kind !== 'RateLimited') return { reason: REASONS[trouble.kind], message: trouble.message, remember: false };
      const rest = trouble.retryAfter ?? UNASKED_REST;
      if (waited || rest > settings.patience) {
        breaker.restUntil(clock.now() + rest);
        return { reason: 'ModelRateLimited', message: `${trouble.message}; it is left alone for ${renderDuration(rest)}`, remember: false };
      }
      waited = true;
      await clock.sleep(rest, order.signal);
    }
  }
}

const REASONS: Readonly<Record<EndpointTrouble['kind'], string>> = {
  Unreachable: 'ModelUnreachable',
  TimedOut: 'ModelTimedOut',
  RateLimited: 'ModelRateLimited',
  KeyRefused: 'ModelKeyRefused',
  Refused: 'ModelRefused',
  NoStructure: 'ModelRefused',
  ServerError: 'ModelServerError',
  NotJson: 'ModelAnsweredNoJson',
};

class BudgetSpent extends Error {}

async function call(parts: Conversation, { turns, limits, signal, spent }: Ask): Promise<ChatAnswer> {
  const { endpoint, settings, ledger, clock, breaker, structured } = parts;
  const schema: Pick<ChatOrder, 'schema'> = structured.usable ? { schema: ANSWER_SCHEMA.schema } : {};
  const expected = { input: estimateTokens(turns), output: settings.maxOutputTokens };
  const reservation = ledger.reserve(amountOf(settings, expected), limits);
  if (!reservation.granted) throw new BudgetSpent(`the model's budget is spent: ${reservation.scope.replace(/:.*/, '')} has used ${reservation.used} of ${reservation.limit} ${reservation.what}, and this call needs up to ${expected.input + expected.output} tokens`);
  const started = clock.now();
  let actual = expected;
  try {
    const answer = await within({ clock, most: settings.timeout, signal }, (inner) => endpoint.ask({ turns, maxOutputTokens: settings.maxOutputTokens, ...schema }, inner));
    actual = { input: answer.inputTokens ?? expected.input, output: answer.outputTokens ?? Math.ceil(answer.text.length / 3) };
    const took = clock.now() - started;
    if (took > settings.breaker.slow) {
      spent.slow = true;
      breaker.failed(`it took ${renderDuration(took)}`);
    }
    return answer;
  } catch (error) {
    // A refusal was not worked on; whatever else failed may well be charged for.
    if (error instanceof EndpointTrouble && UNCHARGED.includes(error.kind)) actual = { input: 0, output: 0 };
    throw error;
  } finally {
    const cost = amountOf(settings, actual);
    reservation.settle(cost);
    spent.input += actual.input;
    spent.output += actual.output;
    spent.micros += cost.micros;
  }
}

const UNCHARGED: readonly EndpointTrouble['kind'][] = ['RateLimited', 'KeyRefused', 'Refused', 'NoStructure'];

function amountOf({ price }: ModelSettings, { input, output }: { readonly input: number; readonly output: number }): Amount {
  return { tokens: input + output, micros: Math.round(input * price.inputPerMillion + output * price.outputPerMillion) };
}
