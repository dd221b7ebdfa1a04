import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { embedNgrams } from '../embedders/ngram.ts';

/** What `POST /v1/embeddings` takes; source: OpenAI's API reference, "Create embeddings". */
const Request = z.strictObject({ model: z.string(), input: z.array(z.string()).min(1).max(2048), encoding_format: z.enum(['float', 'base64']).optional() });

export interface EmbeddingServer {
  readonly baseURL: string;
  /** Every body as it arrived. */
  readonly bodies: readonly string[];
  /** From now on each answer is this status, or these texts. */
  behave(how: { readonly status?: number; readonly body?: string; readonly silent?: boolean }): void;
  close(): Promise<void>;
}

/** An OpenAI-compatible embedding endpoint on loopback; vectors of 256 numbers, answered in reverse order, as the contract allows. */
export async function startEmbeddingServer({ key }: { readonly key: string }): Promise<EmbeddingServer> {
  const bodies: string[] = [];
  let behaviour: Parameters<EmbeddingServer['behave']>[0] = {};
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      bodies.push(text);
      if (behaviour.silent) return;
      const answer = (status: number, body: string) => response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      if (behaviour.status !== undefined || behaviour.body !== undefined) return void answer(behaviour.status ?? 200, behaviour.body ?? '{}');
      if (request.headers.authorization !== `Bearer ${key}`) return void answer(401, '{"error":{"message":"no"}}');
      const read = Request.safeParse(JSON.parse(text));
      if (request.url !== '/v1/embeddings' || !read.success) return void answer(400, '{"error":{"message":"bad request"}}');
      const data = read.data.input.map((one, index) => ({ object: 'embedding', index, embedding: [...(embedNgrams(one) ?? new Float32Array(256))] }));
      answer(200, JSON.stringify({ object: 'list', model: read.data.model, data: data.reverse(), usage: { prompt_tokens: 1, total_tokens: 1 } }));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    bodies,
    behave: (how) => void (behaviour = how),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
