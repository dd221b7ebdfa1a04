import { messageOf } from '@fleetmend/kernel';
import { ANSWER_SCHEMA } from '../../model-tier/answer.ts';
import { EndpointTrouble, readRetryAfter, troubleOfStatus, type ChatAnswer, type ChatEndpoint } from '../../model-tier/chat-endpoint.ts';
import { AnswerMessage, textOf, wasCutOff, type ChatModel } from './chat-model.ts';

const LONGEST_ANSWER = 1_048_576;

/** A LangChain chat model as an endpoint of ours. It was made without retries of its own. */
export function langchainEndpoint({ chatModel, provider, model, now }: { readonly chatModel: ChatModel; readonly provider: string; readonly model: string; readonly now: () => number }): ChatEndpoint {
  const where = `the chat model ${model} of ${provider}`;
  return {
    provider,
    model,
    structured: typeof chatModel.withStructuredOutput === 'function',
    async ask({ turns, schema }, signal) {
      const messages = turns.map(({ role, text }) => ({ role, content: text }));
      try {
        const answered = schema === undefined ? await chatModel.invoke(messages, { signal }) : await withSchema(chatModel, messages, signal);
        return readMessage(answered, where);
      } catch (error) {
        throw troubleOf(error, { where, schemaSent: schema !== undefined, now: now() });
      }
    },
  };
}

/** With the raw message asked for, what does not parse is no exception, and the usage is not lost. */
async function withSchema(chatModel: ChatModel, messages: unknown, signal: AbortSignal): Promise<unknown> {
  const structured = chatModel.withStructuredOutput?.(ANSWER_SCHEMA.schema, { name: 'diagnosis', includeRaw: true, method: 'jsonSchema', strict: ANSWER_SCHEMA.strict });
  const answered = (await structured?.invoke(messages, { signal })) as { readonly raw?: unknown } | undefined;
  return answered?.raw;
}

function readMessage(answered: unknown, where: string): ChatAnswer {
  const read = AnswerMessage.safeParse(answered);
  if (!read.success) throw new EndpointTrouble('NotJson', `${where} answered with something that is no message`);
  const text = textOf(read.data);
  if (text.length > LONGEST_ANSWER) throw new EndpointTrouble('NotJson', `${where} answered with more than ${LONGEST_ANSWER} characters`);
  const usage = read.data.usage_metadata;
  return { text, cutOff: wasCutOff(read.data), inputTokens: usage?.input_tokens, outputTokens: usage?.output_tokens };
}

interface Failed {
  readonly where: string;
  readonly schemaSent: boolean;
  readonly now: number;
}

/** Providers throw what their own clients throw: most carry a status, and none of their words are passed on. */
function troubleOf(error: unknown, { where, schemaSent, now }: Failed): EndpointTrouble {
  if (error instanceof EndpointTrouble) return error;
  const { status, statusCode, response, headers } = error as { status?: unknown; statusCode?: unknown; response?: { status?: unknown; headers?: unknown }; headers?: unknown };
  const code = [status, statusCode, response?.status].find((one) => typeof one === 'number');
  if (typeof code === 'number') return troubleOfStatus(code, where, { schemaSent, retryAfter: readRetryAfter(headerOf(headers ?? response?.headers, 'retry-after'), now) });
  // Some models have the method and cannot do it.
  if (schemaSent && /structured output|json schema|bindTools|not (?:supported|implemented)/i.test(messageOf(error))) return new EndpointTrouble('NoStructure', `${where} has no structured output`, { cause: error });
  if (error instanceof SyntaxError || /unexpected token|not valid json/i.test(messageOf(error))) return new EndpointTrouble('NotJson', `${where} answered something instead of JSON: check its address, and proxies in between`, { cause: error });
  return new EndpointTrouble('Unreachable', `${where} cannot be reached (${nameOf(error)})`, { cause: error });
}

function headerOf(headers: unknown, name: string): string | null {
  if (headers instanceof Headers) return headers.get(name);
  const value = typeof headers === 'object' && headers !== null ? (headers as Readonly<Record<string, unknown>>)[name] : undefined;
  return typeof value === 'string' ? value : null;
}

function nameOf(error: unknown): string {
  const { code } = (error instanceof Error ? (error.cause ?? error) : {}) as { readonly code?: unknown };
  if (typeof code === 'string' && /^[A-Z_]{3,40}$/.test(code)) return code;
  return error instanceof Error ? error.name : 'unknown';
}
