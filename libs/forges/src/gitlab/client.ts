import { type Clock, PermanentError, type Schema, messageOf, parse } from '@fleetmend/kernel';

export interface GitLabCall<T> {
  readonly method?: 'GET' | 'POST' | 'PUT';
  /** Below `/api/v4`, encoded. */
  readonly path: string;
  readonly body?: unknown;
  /** Left out: the answer is not read. */
  readonly schema?: Schema<T>;
  /** Statuses that are an answer here; they come without data. */
  readonly allow?: readonly number[];
}

export interface GitLabAnswer<T> {
  readonly status: number;
  readonly data: T | undefined;
  /** What GitLab said in words, when it refused. */
  readonly message: string;
}

/**
 * GitLab's API v4 under one token. Plain fetch and schemas, and not a client library: @gitbeaker/rest sends through the global fetch and
 * sleeps through refusals by itself, while here the network, the clock and the end of every request are handed in.
 */
export interface GitLabClient {
  call<T>(call: GitLabCall<T>): Promise<GitLabAnswer<T>>;
  /** For calls that always have an answer. */
  read<T>(path: string, schema: Schema<T>): Promise<T>;
  /** Undefined: 404. */
  find<T>(path: string, schema: Schema<T>): Promise<T | undefined>;
  /** All pages, up to ten of a hundred. */
  list<T>(path: string, schema: Schema<T[]>): Promise<readonly T[]>;
}

const PAGE = 100;
const PAGES = 10;
const TIMEOUT_MS = 30_000;

export interface GitLabClientOptions {
  readonly url: string;
  readonly token: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

/**
 * @throws PermanentError `ForgeRefused` for a token that is refused or may not do this, `RepositoryNotFound` for a 404 that is no
 * answer, `Malformed` for an answer of another shape. Limits and outages are transient; while GitLab wants to hear nothing, nothing is sent.
 */
export function gitlabClient({ url, token, fetch, clock }: GitLabClientOptions): GitLabClient {
  const root = `${url.replace(/\/+$/, '')}/api/v4`;
  let restUntil = 0;

  const call = async <T>({ method = 'GET', path, body, schema, allow = [] }: GitLabCall<T>): Promise<GitLabAnswer<T>> => {
    const what = `${method} ${path} at ${url}`;
    if (clock.now() < restUntil) throw new Error(`GitLab wants to hear nothing for ${Math.ceil((restUntil - clock.now()) / 1000)} s more: ${what} is tried again later`);
    const response = await send(what, () =>
      fetch(root + path, {
        method,
        redirect: 'error', // the token must not travel to another host
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { accept: 'application/json', 'private-token': token, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
    const text = await send(what, () => response.text());
    if (response.ok) return { status: response.status, data: schema && parse(schema, readJson(text), `GitLab's answer to ${what}`), message: '' };
    const message = wordsOf(text);
    if (response.status === 429) {
      // Source: docs.gitlab.com, "Rate limits", response headers.
      const seconds = Math.max(1, Number(response.headers.get('retry-after')) || 60);
      restUntil = clock.now() + seconds * 1000;
      throw new Error(`GitLab's limits stop ${what} for ${seconds} s: ${message}`);
    }
    if (allow.includes(response.status)) return { status: response.status, data: undefined, message };
    throw explain(response.status, { what, message });
  };

  return {
    call,
    async read(path, schema) {
      const { data } = await call({ path, schema });
      if (data === undefined) throw new Error(`GitLab answered nothing to ${path}`);
      return data;
    },
    find: async (path, schema) => (await call({ path, schema, allow: [404] })).data,
    async list<T>(path: string, schema: Schema<T[]>) {
      const all: T[] = [];
      for (let page = 1; page <= PAGES; page += 1) {
        const { data = [] } = await call({ path: `${path}${path.includes('?') ? '&' : '?'}page=${page}&per_page=${PAGE}`, schema });
        all.push(...data);
        if (data.length < PAGE) break;
      }
      return all;
    },
  };
}

/** A network failure says whom it was about; nothing of the request's headers is in it. */
async function send<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : '';
    throw new Error(`GitLab did not answer ${what}: ${messageOf(error)}${cause}`, { cause: error });
  }
}

/** Source: docs.gitlab.com, REST API, "Status codes"; `insufficient_scope` names the scopes that would do. */
function explain(status: number, { what, message }: { readonly what: string; readonly message: string }): Error {
  const said = message === '' ? '' : `: ${message}`;
  if (status === 401) return new PermanentError('ForgeRefused', `GitLab refused the token for ${what}${said}; make a new one and put it where the forge's token is read from`);
  if (status === 403) return new PermanentError('ForgeRefused', `the token may not do ${what}${said}; give it the scope api, and its user the role Developer in the project`);
  if (status === 404) return new PermanentError('RepositoryNotFound', `GitLab has nothing for ${what}${said}; check the name in the RepoBinding and that the token's user is a member of the project`);
  return new Error(`GitLab answered ${status} to ${what}${said}`);
}

function readJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined; // the schema then says what was expected
  }
}

/** `message` is a text, a list, or lists by field; OAuth errors have `error`, `error_description` and `scope`. */
function wordsOf(text: string): string {
  const read = readJson(text);
  if (typeof read !== 'object' || read === null) return clip(text);
  const { message, error, error_description: description, scope } = read as Readonly<Record<string, unknown>>;
  return clip([message ?? error, description, scope === undefined ? undefined : `scopes: ${String(scope)}`].flatMap((part) => (part === undefined ? [] : [typeof part === 'string' ? part : JSON.stringify(part)])).join(', '));
}

function clip(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 300);
}
