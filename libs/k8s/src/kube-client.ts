import { errorOf, ReadOnlyError, unreachable } from './kube-errors.ts';

export interface KubeRequest {
  /** `GET` unless told otherwise. */
  readonly method?: string;
  /** Absolute path below the server's address. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface KubeClientOptions {
  /** Address of the API server, without a trailing path unless it is served below one. */
  readonly server: string;
  readonly fetch: typeof fetch;
  /** Asked before every request, so that a token that expired is replaced by its successor. */
  readonly headers?: () => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;
  /** Refuses every method but GET before anything leaves. */
  readonly readOnly?: boolean;
  readonly userAgent?: string;
}

/** HTTP to one API server, with its errors made typed. */
export interface KubeClient {
  readonly server: string;
  readonly readOnly: boolean;
  /**
   * The response, when it is 2xx; the caller reads or cancels its body.
   * @throws PermanentError `ReadOnly`, `Unauthorized`, `Forbidden`; KubeStatusError; UnreachableError; the signal's reason.
   */
  request(request: KubeRequest): Promise<Response>;
  json(request: KubeRequest): Promise<unknown>;
  text(request: KubeRequest): Promise<string>;
}

export function createKubeClient({ server, fetch, headers, readOnly = false, userAgent = 'fleetmend' }: KubeClientOptions): KubeClient {
  const base = server.replace(/\/+$/, '');

  async function request({ method = 'GET', path, query = {}, body, contentType = 'application/json', accept = 'application/json', signal }: KubeRequest): Promise<Response> {
    if (readOnly && method !== 'GET') throw new ReadOnlyError(method, path);
    const init: RequestInit = {
      method,
      headers: { accept, 'user-agent': userAgent, ...(body === undefined ? {} : { 'content-type': contentType }), ...(await headers?.()) },
    };
    if (body !== undefined) init.body = JSON.stringify(body);
    if (signal) init.signal = signal;
    const response = await answered(() => fetch(`${base}${path}${renderQuery(query)}`, init), signal);
    if (response.ok) return response;
    throw await errorOf(response, { server: base, method, path, watch: query['watch'] !== undefined });
  }

  /** Runs what may find nobody at the other end. */
  async function answered<T>(run: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw unreachable(base, error);
    }
  }

  return {
    server: base,
    readOnly,
    request,
    async text(wanted) {
      const response = await request(wanted);
      return answered(() => response.text(), wanted.signal);
    },
    async json(wanted) {
      const response = await request(wanted);
      const text = await answered(() => response.text(), wanted.signal);
      try {
        return JSON.parse(text);
      } catch (cause) {
        throw new Error(`${base} answered ${wanted.method ?? 'GET'} ${wanted.path} with something that is not JSON: ${text.slice(0, 80)}`, { cause });
      }
    },
  };
}

function renderQuery(query: NonNullable<KubeRequest['query']>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) params.set(key, String(value));
  return params.size === 0 ? '' : `?${params}`;
}
