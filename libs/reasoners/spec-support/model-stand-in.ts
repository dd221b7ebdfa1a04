import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ModelRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: { readonly model: string; readonly messages: readonly { readonly role: string; readonly content: string }[]; readonly response_format?: unknown; readonly tools?: unknown; readonly [more: string]: unknown };
}

/** What the server does with one request: an answer's text, or something else entirely. */
export type Play =
  | { readonly say: string | object; readonly finish?: 'stop' | 'length'; readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null }
  | { readonly raw: string; readonly status?: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly hang: true }
  | { readonly hangUp: true };

/**
 * A model server on loopback that plays a role: it speaks `POST /v1/chat/completions` as OpenAI documents it, and answers
 * what the script says. The last play of a script is repeated for ever.
 */
export async function modelStandIn(script: readonly Play[] | ((request: ModelRequest) => Play)) {
  const requests: ModelRequest[] = [];
  const open = new Set<ServerResponse>();
  const waiting: { readonly count: number; readonly wake: () => void }[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((text) => {
      const seen: ModelRequest = { path: request.url ?? '', headers: request.headers, body: JSON.parse(text || '{}') as ModelRequest['body'] };
      requests.push(seen);
      const play = typeof script === 'function' ? script(seen) : (script[Math.min(requests.length, script.length) - 1] ?? { hangUp: true });
      perform(play, response, seen, open);
      for (const one of waiting) if (requests.length >= one.count) one.wake();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    /** Resolves when that many requests have come in. */
    asked: (count: number) => (requests.length >= count ? Promise.resolve() : new Promise<void>((wake) => waiting.push({ count, wake }))),
    async close() {
      for (const response of open) response.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function perform(play: Play, response: ServerResponse, { body }: ModelRequest, open: Set<ServerResponse>): void {
  if ('hang' in play) return void open.add(response);
  if ('hangUp' in play) return void response.destroy();
  if ('raw' in play) return void response.writeHead(play.status ?? 200, { 'content-type': 'application/json', ...play.headers }).end(play.raw);
  const content = typeof play.say === 'string' ? play.say : JSON.stringify(play.say);
  const answer = {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: body.model,
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: play.finish ?? 'stop' }],
    ...(play.usage === null ? {} : { usage: { total_tokens: 0, ...(play.usage ?? { prompt_tokens: 900, completion_tokens: 100 }) } }),
  };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
