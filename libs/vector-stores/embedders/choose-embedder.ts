import type { PluginDeps, PluginLog } from '@fleetmend/plugin-api';
import { messageOf } from '@fleetmend/kernel';
import { z } from 'zod';
import type { Embedder } from './embedder.ts';
import { ngram } from './ngram.ts';
import { openaiEndpoint } from './openai-endpoint.ts';

/** The `embedder` key of every vector store. */
export const EmbedderConfig = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('ngram') }),
    z.strictObject({
      kind: z.literal('openai-compatible'),
      baseURL: z.url({ protocol: /^https?$/ }).describe('address up to and including /v1'),
      model: z.string().min(1).max(128),
      dimensions: z.int().min(1).max(16_384).describe('how many numbers a vector of this model has'),
      apiKey: z.string().min(1).optional().meta({ format: 'secret' }).describe('write {env: NAME} or {file: PATH}'),
      batch: z.int().min(1).max(256).default(32).describe('most texts in one call'),
      timeout: z.int().min(100).max(60_000).default(5_000).describe('milliseconds for one call'),
    }),
  ])
  .default({ kind: 'ngram' });
export type EmbedderConfig = z.infer<typeof EmbedderConfig>;

export function chooseEmbedder(config: EmbedderConfig, { fetch }: Pick<PluginDeps, 'fetch'>): Embedder {
  return config.kind === 'ngram' ? ngram : openaiEndpoint(config, { fetch, timeout: config.timeout });
}

/** The vector of a question. An endpoint in trouble does not stop a diagnosis: structure and words still find what is alike. */
export async function embedQuestion(embedder: Embedder, text: string | undefined, log: PluginLog): Promise<Float32Array | undefined> {
  if (text === undefined) return undefined;
  try {
    return (await embedder.embed([text]))[0];
  } catch (error) {
    log.warn(`memory is searched without likeness of meaning: ${messageOf(error)}`);
    return undefined;
  }
}
