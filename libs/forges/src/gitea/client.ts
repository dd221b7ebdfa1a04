import { PermanentError, type Schema, messageOf, parse } from '@fleetmend/kernel';

export interface GiteaCall<T> {
  readonly method?: 'GET' | 'POST' | 'PATCH';
  /** Below `/api/v1`, encoded. */
  readonly path: string;
  readonly body?: unknown;
  /** Left out: the answer is not read. */
  readonly schema?: Schema<T>;
  /** Statuses that are an answer here; they come without data. */
  readonly allow?: readonly number[];
}

export interface GiteaAnswer<T> {
  readonly status: number;
  readonly data: T | undefined;
  /** What Gitea said in words, when it refused. */
  readonly message: string;
  /** Length of the whole list, where the answer is a page of one. */
  readonly total: number | undefined;
}

/** Gitea's API v1 under one token. */
export interface GiteaClient {
  call<T>(call: GiteaCall<T>): Promise<GiteaAnswer<T>>;
  /** For calls that always have an answer. */
  read<T>(path: string, schema: Schema<T>): Promise<T>;
  /** Undefined: 404. */
  find<T>(path: string, schema: Schema<T>): Promise<T | undefined>;
  /** The pages of a list in Gitea's order, up to `pages` of 50, until `enough` holds for what was read. */
  list<T>(path: string, schema: Schema<T[]>, limits?: { readonly pages?: number; readonly enough?: (read: readonly T[]) => boolean }): Promise<readonly T[]>;
}

const PAGE = 50;
const TIMEOUT_MS = 30_000;

/**
 * @throws PermanentError `ForgeRefused` for a token that is refused or may not do this, `RepositoryNotFound` for a 404 that is no
 * answer, `Malformed` for an answer of another shape. Everything else that fails is transient.
 */
export function giteaClient({ url, token, fetch }: { readonly url: string; readonly token: string; readonly fetch: typeof globalThis.fetch }): GiteaClient {
  const root = `${url.replace(/\/+$/, '')}/api/v1`;

  const call = async <T>({ method = 'GET', path, body, schema, allow = [] }: GiteaCall<T>): Promise<GiteaAnswer<T>> => {
    const what = `${method} ${path} at ${url}`;
    const response = await send(what, () =>
      fetch(root + path, {
        method,
        redirect: 'error', // the token must not travel to another host
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { accept: 'application/json', authorization: `token ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
    const text = await send(what, () => response.text());
    const header = response.headers.get('x-total-count');
    const total = header === null ? undefined : Number(header);
    if (response.ok) return { status: response.status, data: schema && parse(schema, readJson(text), `Gitea's answer to ${what}`), message: '', total };
    const message = wordsOf(text);
    if (allow.includes(response.status)) return { status: response.status, data: undefined, message, total };
    throw explain(response.status, { what, message });
  };

  return {
    call,
    async read(path, schema) {
      const { data } = await call({ path, schema });
      if (data === undefined) throw new Error(`Gitea answered nothing to ${path}`);
      return data;
    },
    find: async (path, schema) => (await call({ path, schema, allow: [404] })).data,
    async list<T>(path: string, schema: Schema<T[]>, { pages = 20, enough = () => false }: { readonly pages?: number; readonly enough?: (read: readonly T[]) => boolean } = {}) {
      const all: T[] = [];
      for (let page = 1; page <= pages; page += 1) {
        const { data = [], total } = await call({ path: `${path}${path.includes('?') ? '&' : '?'}page=${page}&limit=${PAGE}`, schema });
        all.push(...data);
        // A server may hand out shorter pages than asked for, so the length of one says little where the total is known.
        const isLast = total === undefined ? data.length < PAGE : all.length >= total;
        if (isLast || data.length === 0 || enough(all)) break;
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
    throw new Error(`Gitea did not answer ${what}: ${messageOf(error)}${cause}`, { cause: error });
  }
}

function explain(status: number, { what, message }: { readonly what: string; readonly message: string }): Error {
  const said = message === '' ? '' : `: ${message}`;
  if (status === 401) return new PermanentError('ForgeRefused', `Gitea refused the token for ${what}${said}; make a new one and put it where the forge's token is read from`);
  if (status === 403) return new PermanentError('ForgeRefused', `the token may not do ${what}${said}; give it the scopes write:repository, write:issue and read:user, and its user write access to the repository`);
  if (status === 404) return new PermanentError('RepositoryNotFound', `Gitea has nothing for ${what}${said}; check the name in the RepoBinding and that the token's user may see it`);
  if (status === 423) return new PermanentError('ForgeRefused', `Gitea refused ${what}, for the repository is archived${said}`);
  return new Error(`Gitea answered ${status} to ${what}${said}`);
}

function readJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined; // the schema then says what was expected
  }
}

function wordsOf(text: string): string {
  const read = readJson(text);
  const message = typeof read === 'object' && read !== null && 'message' in read ? String(read.message) : text;
  return message.replace(/\s+/g, ' ').trim().slice(0, 300);
}
