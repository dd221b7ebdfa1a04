import { messageOf, parse, PermanentError, type Schema } from '@fleetmend/kernel';

export interface JsonCall<T> {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it stands: whoever signs it signed these bytes. */
  readonly text?: string;
  readonly body?: unknown;
  /** Left out: the answer is not read. */
  readonly schema?: Schema<T>;
}

/** One service of people, over HTTP and JSON. */
export type JsonChannel = <T = undefined>(call: JsonCall<T>) => Promise<T>;

const TIMEOUT_MS = 15_000;
const WORDS = 300;

/**
 * Talks to one service. Errors name the service and what it said, never a header or an address with a secret in it.
 * @throws PermanentError `ChannelRefused` for 400, 401, 403, 404, 410 and 422: somebody has to change the config; `Malformed`
 * for an answer of another shape. Everything else (429, 5xx, no answer) is transient.
 */
export function jsonChannel({ name, fetch, advice }: { readonly name: string; readonly fetch: typeof globalThis.fetch; readonly advice: string }): JsonChannel {
  return async <T>({ method = 'POST', url, headers = {}, text, body, schema }: JsonCall<T>): Promise<T> => {
    const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
    const { address, authorization } = withoutUser(url);
    const response = await send(name, () =>
      fetch(address, {
        method,
        redirect: 'error', // what authenticates us must not travel to another host
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { accept: 'application/json', ...(sent === undefined ? {} : { 'content-type': 'application/json' }), ...authorization, ...headers },
        ...(sent === undefined ? {} : { body: sent }),
      }),
    );
    const answer = await send(name, () => response.text());
    if (!response.ok) throw refusal({ name, status: response.status, said: answer.replace(/\s+/g, ' ').trim().slice(0, WORDS), advice });
    return (schema ? parse(schema, readJson(answer), `${name}'s answer`) : undefined) as T;
  };
}

/** Fetch refuses an address with a user in it, in words that show the password: the two travel as the header that they stand for. */
function withoutUser(url: string): { readonly address: string; readonly authorization: Readonly<Record<string, string>> } {
  const { username, password } = new URL(url);
  if (username === '' && password === '') return { address: url, authorization: {} };
  const known = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { address: Object.assign(new URL(url), { username: '', password: '' }).href, authorization: { authorization: `Basic ${Buffer.from(known).toString('base64')}` } };
}

function refusal({ name, status, said, advice }: { readonly name: string; readonly status: number; readonly said: string; readonly advice: string }): Error {
  const message = `${name} answered ${status}${said === '' ? '' : `: ${said}`}`;
  return [400, 401, 403, 404, 410, 422].includes(status) ? new PermanentError('ChannelRefused', `${message}; ${advice}`) : new Error(message);
}

async function send<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`${name} did not answer: ${messageOf(error)}`, { cause: error });
  }
}

function readJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined; // the schema then says what was expected
  }
}
