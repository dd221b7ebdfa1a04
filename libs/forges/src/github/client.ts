import { createAppAuth } from '@octokit/auth-app';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import { type Clock, type Schema, parse } from '@fleetmend/kernel';
import type { PluginLog } from '@fleetmend/plugin-api';
import { explain, isAboutToken, readRefusal, restFor, unanswered } from './refusal.ts';
import { createWriteBudget } from './write-budget.ts';

export type Credentials = { readonly token: string } | { readonly appId: number | string; readonly privateKey: string; readonly installationId: number };

export interface GitHubCall<T> {
  /** For messages: `POST /repos/acme/shop/pulls`. */
  readonly what: string;
  readonly ask: (octokit: Octokit) => Promise<{ readonly status: number; readonly data: unknown }>;
  readonly schema: Schema<T>;
  /** Statuses that are an answer here; they come without data. */
  readonly allow?: readonly number[];
}

export interface GitHubAnswer<T> {
  readonly status: number;
  readonly data: T | undefined;
  /** What GitHub said in words, when it refused. */
  readonly message: string;
}

/** GitHub's REST API under one token or one installation of an App. */
export interface GitHubClient {
  call<T>(call: GitHubCall<T>): Promise<GitHubAnswer<T>>;
  /** For calls that always have an answer. */
  read<T>(call: Omit<GitHubCall<T>, 'allow'>): Promise<T>;
  /** Undefined: 404. */
  find<T>(call: Omit<GitHubCall<T>, 'allow'>): Promise<T | undefined>;
  /** All pages, up to ten of a hundred. */
  list<T>(call: Omit<GitHubCall<T[]>, 'allow' | 'ask'> & { readonly ask: (octokit: Octokit, page: { readonly page: number; readonly per_page: number }) => Promise<{ readonly status: number; readonly data: unknown }> }): Promise<readonly T[]>;
  /** The token that git authenticates with; of an App it is good for an hour at most, and renewed in time. */
  token(): Promise<string>;
}

export interface GitHubClientOptions {
  readonly url: string;
  readonly credentials: Credentials;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly log: PluginLog;
}

const PAGE = 100;
const PAGES = 10;
const TIMEOUT_MS = 30_000;

/**
 * @throws PermanentError `ForgeRefused` for credentials that are refused or may not do this, `RepositoryNotFound` for a 404 that is no
 * answer, `RepositoryMoved`, `Malformed` for an answer of another shape. Limits and outages are transient; while GitHub wants to hear
 * nothing, nothing is sent.
 */
export function githubClient(options: GitHubClientOptions): GitHubClient {
  const { clock, credentials } = options;
  const octokit = createOctokit(options);
  let restUntil = 0;

  const call = async <T>({ what, ask, schema, allow = [] }: GitHubCall<T>): Promise<GitHubAnswer<T>> => {
    if (clock.now() < restUntil) throw new Error(`GitHub wants to hear nothing for ${Math.ceil((restUntil - clock.now()) / 1000)} s more: ${what} is tried again later`);
    const answer = await ask(octokit).catch((error: unknown) => {
      const refused = readRefusal(error);
      if (!refused) throw unanswered(what, error);
      const rest = restFor(refused, clock);
      if (rest !== undefined) {
        restUntil = Math.max(restUntil, clock.now() + rest);
        throw new Error(`GitHub's limits stop ${what} for ${Math.ceil(rest / 1000)} s: ${refused.message}`);
      }
      if (!allow.includes(refused.status) || isAboutToken(refused)) throw explain(what, refused);
      return { status: refused.status, data: undefined, message: refused.message };
    });
    if ('message' in answer) return { status: answer.status, data: undefined, message: answer.message };
    return { status: answer.status, data: parse(schema, answer.data, `GitHub's answer to ${what}`), message: '' };
  };

  return {
    call,
    async read(request) {
      const { data } = await call(request);
      if (data === undefined) throw new Error(`GitHub answered nothing to ${request.what}`);
      return data;
    },
    find: async (request) => (await call({ ...request, allow: [404] })).data,
    async list({ ask, ...rest }) {
      const all = [];
      for (let page = 1; page <= PAGES; page += 1) {
        const { data = [] } = await call({ ...rest, ask: (kit) => ask(kit, { page, per_page: PAGE }) });
        all.push(...data);
        if (data.length < PAGE) break;
      }
      return all;
    },
    async token() {
      if ('token' in credentials) return credentials.token;
      const { token } = (await octokit.auth({ type: 'installation' }).catch((error: unknown) => {
        const refused = readRefusal(error);
        throw refused ? explain('a token of the installation', refused) : unanswered('a token of the installation', error);
      })) as { readonly token: string };
      return token;
    },
  };
}

function createOctokit({ url, credentials, fetch, clock, log }: GitHubClientOptions): Octokit {
  const Client = Octokit.plugin(throttling, retry);
  const budget = createWriteBudget({ clock });
  const free = groupOf(async () => undefined);
  // The plugin's own groups keep to one write a second by the wall clock and live as long as the process, for all instances together.
  const throttle = { global: free, auth: free, search: free, notifications: free, write: groupOf(() => budget.take()), onRateLimit: () => undefined, onSecondaryRateLimit: () => undefined };
  const client = new Client({
    baseUrl: url.replace(/\/+$/, ''),
    userAgent: 'fleetmend',
    request: { fetch: guarded(fetch) },
    log: { debug: () => undefined, info: () => undefined, warn: (message: string) => log.warn(message), error: () => undefined },
    throttle: throttle as never,
    retry: { doNotRetry: [400, 401, 403, 404, 405, 409, 410, 422, 429, 451], retries: 2 },
    ...('token' in credentials ? { auth: credentials.token } : { authStrategy: createAppAuth, auth: { ...credentials } }),
  });
  // A write whose answer was lost may have happened: whoever called looks first, and does not say it twice.
  client.hook.before('request', (request) => {
    if (request.method !== 'GET') request.request = { ...request.request, retries: 0 };
  });
  return client;
}

/** A group as the throttling plugin uses it: whatever is scheduled waits for `turn`. */
function groupOf(turn: () => Promise<void>) {
  const schedule = async <T>(_: object, work: (...args: unknown[]) => Promise<T>, ...args: unknown[]): Promise<T> => {
    await turn();
    return work(...args);
  };
  return { key: () => ({ schedule }) };
}

/**
 * Every request has an end, and a token goes nowhere but to the host that was asked: a redirect becomes a refusal that is not tried
 * again, and keeps its `location`.
 */
function guarded(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const location = response.headers.get('location');
    if (location === null || response.status < 300 || response.status >= 400) return response;
    return Response.json({ message: 'Moved' }, { status: 410, headers: { location } });
  };
}
