import type { KubeObject } from '@fleetmend/model';

/** A request as the scripted server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: unknown;
}

export type Script = (request: SeenRequest) => Response | Promise<Response>;

/** A server for specs: answers each request by a script and remembers what it saw. */
export function scriptedApi(script: Script): { readonly fetch: typeof fetch; readonly seen: SeenRequest[] } {
  const seen: SeenRequest[] = [];
  const answer = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const url = new URL(String(input));
    const request = { method: init?.method ?? 'GET', path: url.pathname, query: url.searchParams, headers: new Headers(init?.headers), body: typeof init?.body === 'string' ? JSON.parse(init.body) : undefined };
    seen.push(request);
    init?.signal?.throwIfAborted();
    return script(request);
  };
  return { fetch: answer as typeof fetch, seen };
}

export const jsonResponse = (value: unknown, status = 200): Response => new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } });

export const statusResponse = (code: number, reason: string, message: string, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message }), { status: code, headers });

/** A watch that the spec feeds by hand. */
export interface HandFedWatch {
  readonly response: Response;
  send(type: string, object: unknown): void;
  sendText(text: string): void;
  end(): void;
  break(error: Error): void;
}

export function handFedWatch(): HandFedWatch {
  const encoder = new TextEncoder();
  let feed: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      feed = controller;
    },
  });
  return {
    response: new Response(body),
    send: (type, object) => feed?.enqueue(encoder.encode(`${JSON.stringify({ type, object })}\n`)),
    sendText: (text) => feed?.enqueue(encoder.encode(text)),
    end: () => feed?.close(),
    break: (error) => feed?.error(error),
  };
}

export function pod(name: string, resourceVersion: string, extra: Readonly<Record<string, unknown>> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion }, ...extra };
}

export function bookmark(resourceVersion: string, endsInitial = false): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: '', resourceVersion, ...(endsInitial ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}) } };
}
