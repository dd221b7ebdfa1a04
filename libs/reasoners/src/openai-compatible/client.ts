import { messageOf, type Clock } from '@fleetmend/kernel';
import { ANSWER_SCHEMA } from '../../model-tier/answer.ts';
import { EndpointTrouble, readRetryAfter, troubleOfStatus, type ChatEndpoint } from '../../model-tier/chat-endpoint.ts';
import { boundedFetch } from './bounded-fetch.ts';
import { Completion } from './schema.ts';

export interface ClientOptions {
  readonly baseURL: string;
  readonly model: string;
  readonly provider: string;
  readonly apiKey: string | undefined;
  readonly keyHeader: 'authorization' | 'api-key';
  readonly tokenLimitField: 'max_tokens' | 'max_completion_tokens';
  readonly temperature: number | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Pick<Clock, 'now'>;
}

/** The package bounds a call by a timer of its own as well; ours, on the hub's clock, comes first. */
const LONGEST_CALL_MS = 900_000;

/** A chat model behind an OpenAI-compatible address. The package is loaded here, so that a hub without a model never reads it. */
export async function openaiEndpoint({ baseURL, model, provider, apiKey, keyHeader, tokenLimitField, temperature, fetch, clock }: ClientOptions): Promise<ChatEndpoint> {
  const { OpenAI } = await import('openai');
  const where = `the model server at ${new URL(baseURL).host}`;
  const headers = apiKey === undefined ? { authorization: null } : keyHeader === 'api-key' ? { authorization: null, 'api-key': apiKey } : {};
  const client = new OpenAI({
    baseURL,
    // The package takes what is absent from the environment; nothing here may come from there.
    apiKey: apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: LONGEST_CALL_MS,
    logLevel: 'off',
    fetch: boundedFetch(fetch, where),
    defaultHeaders: headers,
  });
  return {
    provider,
    model,
    structured: true,
    async ask({ turns, maxOutputTokens, schema }, signal) {
      const answered = await client.chat.completions
        .create(
          {
            model,
            messages: turns.map(({ role, text }) => ({ role, content: text })),
            [tokenLimitField]: maxOutputTokens,
            ...(temperature === undefined ? {} : { temperature }),
            ...(schema === undefined ? {} : { response_format: { type: 'json_schema' as const, json_schema: { name: 'diagnosis', schema, strict: ANSWER_SCHEMA.strict } } }),
          },
          { signal },
        )
        .catch((error: unknown) => {
          throw troubleOf(error, { where, schemaSent: schema !== undefined, now: clock.now() });
        });
      const read = Completion.safeParse(answered);
      if (!read.success) throw new EndpointTrouble('NotJson', `${where} answered JSON that is no chat completion: check baseURL`);
      const { choices, usage } = read.data;
      const [choice] = choices;
      return {
        // A refusal is no answer either; the words stay here.
        text: choice?.message.content ?? '',
        cutOff: choice?.finish_reason === 'length',
        inputTokens: usage?.prompt_tokens ?? undefined,
        outputTokens: usage?.completion_tokens ?? undefined,
      };
    },
  };
}

/** The package wraps what our fetch throws; what it says itself may hold what the server wrote, and is not passed on. */
function troubleOf(error: unknown, { where, schemaSent, now }: { readonly where: string; readonly schemaSent: boolean; readonly now: number }): EndpointTrouble {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) if (cause instanceof EndpointTrouble) return cause;
  const { status, headers } = error as { readonly status?: unknown; readonly headers?: unknown };
  if (typeof status === 'number') {
    const retryAfter = headers instanceof Headers ? readRetryAfter(headers.get('retry-after'), now) : undefined;
    return troubleOfStatus(status, where, { schemaSent, retryAfter });
  }
  return new EndpointTrouble('Unreachable', `${where} cannot be reached (${codeOf(error)}): check baseURL and the network`, { cause: error });
}

/** `ECONNREFUSED` and the like: a word, never an address with credentials. */
function codeOf(error: unknown): string {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { readonly code?: unknown };
    if (typeof code === 'string' && /^[A-Z_]{3,40}$/.test(code)) return code;
  }
  return messageOf(error).slice(0, 60).replace(/\S*:\/\/\S*/g, '');
}
