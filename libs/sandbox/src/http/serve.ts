import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { timingSafeEqual } from 'node:crypto';
import { messageOf, PermanentError } from '@fleetmend/kernel';
import type { ApiServer } from '../api/api-server.ts';
import { ADMIN, type RequestContext } from '../api/routes/request.ts';
import { refusal } from '../api/routes/responses.ts';
import { StatusError } from '../objects.ts';
import type { Identity } from './identity.ts';
import type { KubeconfigCluster } from './kubeconfig.ts';

export interface ServeOptions {
  readonly servers: readonly ApiServer[];
  readonly identity: Identity;
  /** The first cluster's port; the others follow it. 0 takes free ones. */
  readonly port?: number;
  /** Further bearer tokens, for clients that shall not be administrators. */
  readonly users?: readonly { readonly token: string; readonly context: RequestContext }[];
}

export interface Serving {
  /** In the order of `servers`, ready for `renderKubeconfig`. */
  readonly clusters: readonly KubeconfigCluster[];
  close(): Promise<void>;
}

/**
 * Puts API servers on loopback, each on a port of its own, over TLS with bearer tokens.
 * @throws PermanentError `PortInUse`
 */
export async function serveApi({ servers, identity, port = 0, users = [] }: ServeOptions): Promise<Serving> {
  const tokens = [{ token: identity.token, context: ADMIN }, ...users];
  const listeners: Listener[] = [];
  try {
    for (const [index, server] of servers.entries()) listeners.push(await listen(server, identity, tokens, port === 0 ? 0 : port + index));
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close()));
    throw error;
  }
  return {
    clusters: listeners.map(({ name, url }) => ({ name, server: url, certificateAuthority: identity.certificateAuthority, token: identity.token })),
    async close() {
      await Promise.all(listeners.map((listener) => listener.close()));
    },
  };
}

interface Listener {
  readonly name: string;
  readonly url: string;
  close(): Promise<void>;
}

type Tokens = readonly { readonly token: string; readonly context: RequestContext }[];

async function listen(api: ApiServer, identity: Identity, tokens: Tokens, port: number): Promise<Listener> {
  const server = createServer({ key: identity.privateKey, cert: identity.certificate, keepAliveTimeout: 30_000 }, (incoming, outgoing) => {
    void answer(api, tokens, incoming, outgoing);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portError(error, api.name, port)));
    server.listen(port, '127.0.0.1', resolve);
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    name: api.name,
    url,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

function portError(error: Error, cluster: string, port: number): Error {
  const code = 'code' in error ? error.code : undefined;
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return error;
  return new PermanentError('PortInUse', `the API of cluster ${cluster} cannot listen on 127.0.0.1:${port} (${messageOf(error)}): stop what uses the port, or choose another one (0 takes any free one)`);
}

/** Paths that health checks and version probes may read without a token, as on a real server. */
const PUBLIC = /^\/(healthz|livez|readyz|version)(\/|$)/;

async function answer(api: ApiServer, tokens: Tokens, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const over = new AbortController();
  outgoing.once('close', () => over.abort());
  try {
    const caller = authenticate(tokens, incoming);
    const context = caller && { ...caller, ownerOf: (token: string) => contextOf(tokens, token) };
    const isPublic = PUBLIC.test(incoming.url ?? '');
    const response = context || isPublic ? await api.fetch(await toRequest(incoming, over.signal), context) : refusal(new StatusError(401, 'Unauthorized', 'Unauthorized'));
    await send(response, outgoing, over.signal);
  } catch (error) {
    if (!outgoing.headersSent) await send(refusal(error), outgoing, over.signal);
    else outgoing.destroy();
  }
}

function authenticate(tokens: Tokens, { headers }: IncomingMessage): RequestContext | undefined {
  const given = /^bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  return given === undefined ? undefined : contextOf(tokens, given);
}

function contextOf(tokens: Tokens, given: string): RequestContext | undefined {
  return tokens.find(({ token }) => sameText(token, given))?.context;
}

function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

async function toRequest(incoming: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const method = incoming.method ?? 'GET';
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) if (value !== undefined && !name.startsWith(':')) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return new Request(`https://127.0.0.1${incoming.url ?? '/'}`, { method, headers, signal, ...(body.length > 0 && method !== 'GET' && method !== 'HEAD' ? { body } : {}) });
}

async function send(response: Response, outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
  outgoing.writeHead(response.status, [...response.headers].flat());
  outgoing.flushHeaders();
  const reader = response.body?.getReader();
  if (!reader) return void outgoing.end();
  signal.addEventListener('abort', () => void reader.cancel().catch(() => undefined), { once: true });
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (!outgoing.write(part.value)) await drained(outgoing);
  }
  outgoing.end();
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off('drain', done);
      outgoing.off('close', done);
      resolve();
    };
    outgoing.once('drain', done);
    outgoing.once('close', done);
  });
}
