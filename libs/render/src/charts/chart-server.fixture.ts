import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ChartServer {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** What was asked for, and with which `Authorization`. */
  readonly seen: string[];
  /** Answers by path; a function sees the request. */
  readonly answers: Map<string, string | Uint8Array | ((request: IncomingMessage, response: ServerResponse) => void)>;
  close(): Promise<void>;
}

/** A web server on loopback that gives out what a test puts there, and 404 for the rest. */
export async function startChartServer(): Promise<ChartServer> {
  const answers: ChartServer['answers'] = new Map();
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const { url = '', headers } = request;
    seen.push([url, headers.authorization].filter(Boolean).join(' '));
    const answer = answers.get(url.split('?')[0] ?? '');
    if (typeof answer === 'function') return void answer(request, response);
    if (answer === undefined) return void response.writeHead(404).end();
    response.end(answer);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    answers,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
