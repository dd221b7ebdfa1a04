import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; undefined when there is none. */
  readonly body: unknown;
}

export interface Answered {
  readonly status: number;
  readonly body?: unknown;
}

/** A service on loopback that answers as the given function says; `next` puts one other answer before it. */
export interface StandInServer {
  readonly url: string;
  readonly asked: readonly Asked[];
  next(answer: Answered): void;
  close(): Promise<void>;
}

export async function standInServer(answer: (asked: Asked) => Answered): Promise<StandInServer> {
  const asked: Asked[] = [];
  const before: Answered[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
      const one: Asked = { method: request.method ?? '', path: pathname, query: searchParams, headers: request.headers, text, body: text === '' ? undefined : JSON.parse(text) };
      asked.push(one);
      const { status, body } = before.shift() ?? answer(one);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    next: (one) => void before.push(one),
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}
