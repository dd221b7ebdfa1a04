import { messageOf, parse, PermanentError } from '@fleetmend/kernel';
import { createSession, redact, scan } from '@fleetmend/redaction';
import { z } from 'zod';
import { LONGEST_TEXT, unit, type Embedder, type EmbedderWorld } from './embedder.ts';

/**
 * The answer of `POST /v1/embeddings`: vectors with the index of their text, in any order.
 * Source: OpenAI's API reference, "Create embeddings"; Ollama, vLLM and LocalAI answer alike.
 */
const Answer = z.object({ data: z.array(z.object({ index: z.int().min(0), embedding: z.array(z.number()).min(1).max(16_384) })) });

export interface Endpoint {
  readonly baseURL: string;
  readonly model: string;
  /** How many numbers a vector has; an answer of another size is refused. */
  readonly dimensions: number;
  readonly apiKey?: string | undefined;
  readonly batch: number;
}

/** Embeddings from an OpenAI-compatible endpoint. Every text is redacted, and the exact bytes that leave pass the last gate. */
export function openaiEndpoint({ baseURL, model, dimensions, apiKey, batch }: Endpoint, world: EmbedderWorld): Embedder {
  const url = `${baseURL.replace(/\/+$/, '')}/embeddings`;
  const ask = async (texts: readonly string[]): Promise<readonly (Float32Array | undefined)[]> => {
    const body = JSON.stringify({ model, input: texts, encoding_format: 'float' });
    const hits = scan(body);
    if (hits.length > 0) throw new PermanentError('SecretInText', `a text for ${url} still held ${hits.map((hit) => hit.type).join(', ')} after redaction: nothing was sent`);
    const answer = await send({ url, body, apiKey, world });
    const vectors = new Map(parse(Answer, answer, `the answer of ${url}`).data.map((one) => [one.index, one.embedding]));
    return texts.map((_, index) => {
      const found = vectors.get(index);
      if (found === undefined) throw new Error(`${url} answered no vector for text ${index + 1} of ${texts.length}`);
      if (found.length !== dimensions) throw new PermanentError('WrongDimensions', `${url} answers vectors of ${found.length} numbers for ${model}, the config says ${dimensions}: correct embedder.dimensions, which starts a space of its own`);
      return unit(Float32Array.from(found));
    });
  };
  return {
    space: `${model.toLowerCase().replaceAll(/[^a-z0-9._]+/g, '-').slice(0, 80)}-${dimensions}`,
    size: dimensions,
    async embed(texts) {
      const clean = texts.map((text) => redact(text.slice(0, LONGEST_TEXT), createSession()));
      const wanted = clean.flatMap((text, index) => (text.trim() === '' || scan(text).length > 0 ? [] : [{ text, index }]));
      const vectors: (Float32Array | undefined)[] = texts.map(() => undefined);
      for (let start = 0; start < wanted.length; start += batch) {
        const part = wanted.slice(start, start + batch);
        const answered = await ask(part.map(({ text }) => text));
        part.forEach(({ index }, position) => (vectors[index] = answered[position]));
      }
      return vectors;
    },
  };
}

async function send({ url, body, apiKey, world }: { readonly url: string; readonly body: string; readonly apiKey: string | undefined; readonly world: EmbedderWorld }): Promise<unknown> {
  const headers = { 'content-type': 'application/json', ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }) };
  const response = await world.fetch(url, { method: 'POST', body, headers, redirect: 'error', signal: AbortSignal.timeout(world.timeout) }).catch((error: unknown) => {
    throw new Error(`the embedding endpoint ${url} did not answer within ${world.timeout / 1000} s: ${messageOf(error)}`, { cause: error });
  });
  if (response.status === 401 || response.status === 403) throw new PermanentError('KeyRefused', `the embedding endpoint ${url} refused the key (${response.status}): check the secret that embedder.apiKey points at`);
  if (response.status === 404) throw new PermanentError('NoSuchModel', `${url} is not there, or does not know the model (404): check embedder.baseURL and embedder.model`);
  if (!response.ok) throw new Error(`the embedding endpoint ${url} answered ${response.status}`);
  return response.json().catch((error: unknown) => {
    throw new Error(`the embedding endpoint ${url} answered something that is no JSON`, { cause: error });
  });
}
