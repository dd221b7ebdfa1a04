import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { loadKubeconfig } from '@fleetmend/k8s';
import { makeCertificates, renderKubeconfig } from '../boot/certificates.ts';

/** One request of kubectl and its answer. */
export interface Exchange {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly accept?: string;
  readonly contentType?: string;
  /** JSON as a value, other text as text, anything else (kubectl's protobuf) as `{base64}`; absent when there was none. */
  readonly body?: unknown;
  readonly status: number;
  /** As `body`. A watch is the text of its lines. Documents that only describe the API are left out: see {@link isDescription}. */
  readonly response?: unknown;
}

export interface RecordingProxy {
  /** A kubeconfig whose server is the proxy. */
  readonly kubeconfig: string;
  /** What went through since the last call. */
  take(): readonly Exchange[];
  close(): Promise<void>;
}

/** Discovery and OpenAPI documents: hundreds of kilobytes that come from a generated file of the sandbox. */
export const isDescription = (path: string): boolean => /^\/(openapi|api$|apis$|api\?|apis\?)/.test(path);

const parsed = (bytes: Buffer): unknown => {
  const text = bytes.toString();
  if (!Buffer.from(text).equals(bytes)) return { base64: bytes.toString('base64') };
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

/** Request headers that change the answer; the others belong to the connection. */
const FORWARDED = ['accept', 'content-type', 'user-agent', 'impersonate-user', 'impersonate-group'] as const;

/** A TLS proxy before an API server that keeps what kubectl asks and what it is answered. */
export const startRecordingProxy = async (options: { readonly kubeconfig: string; readonly folder: string }): Promise<RecordingProxy> => {
  const target = loadKubeconfig({ files: [options.kubeconfig] });
  mkdirSync(options.folder, { recursive: true });
  await makeCertificates(options.folder, 'https://127.0.0.1');
  const exchanges: Exchange[] = [];

  const forward = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/';
    const method = request.method ?? 'GET';
    const body = await bodyOf(request);
    const given = FORWARDED.flatMap((name) => {
      const value = request.headers[name];
      return typeof value === 'string' ? [[name, value] as const] : [];
    });
    const ended = new AbortController();
    response.on('close', () => ended.abort());
    const answer = await target.fetch(new URL(path, target.server), {
      method,
      headers: { ...Object.fromEntries(given), ...(await target.headers()) },
      signal: ended.signal,
      ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
    });
    const type = answer.headers.get('content-type');
    response.writeHead(answer.status, { ...(type ? { 'content-type': type } : {}) });
    // A watch may have nothing to say for long: kubectl must know at once that it stands.
    response.flushHeaders();
    const answered: Buffer[] = [];
    try {
      for await (const chunk of answer.body ?? []) {
        answered.push(Buffer.from(chunk));
        response.write(chunk);
      }
    } catch (error) {
      // kubectl ends a watch by closing it; what came until then is the answer.
      if (!ended.signal.aborted) throw error;
    } finally {
      exchanges.push({
        method,
        path,
        ...(request.headers.accept ? { accept: request.headers.accept } : {}),
        ...(request.headers['content-type'] ? { contentType: request.headers['content-type'] } : {}),
        ...(body.length > 0 ? { body: parsed(body) } : {}),
        status: answer.status,
        ...(isDescription(path) || answered.length === 0 ? {} : { response: parsed(Buffer.concat(answered)) }),
      });
    }
    response.end();
  };

  const server = createServer(
    { cert: readFileSync(join(options.folder, 'apiserver.crt')), key: readFileSync(join(options.folder, 'apiserver.key')) },
    (request, response) => {
      forward(request, response).catch((error: unknown) => {
        if (!response.headersSent) response.writeHead(502);
        response.end(`the recording proxy could not reach ${target.server}: ${(error as Error).message}`);
      });
    },
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const kubeconfig = join(options.folder, 'recorder.kubeconfig');
  writeFileSync(kubeconfig, renderKubeconfig({ folder: options.folder, user: 'admin', server: `https://127.0.0.1:${port}` }), { mode: 0o600 });
  return {
    kubeconfig,
    take: () => exchanges.splice(0),
    async close() {
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
      await target.close();
    },
  };
};
