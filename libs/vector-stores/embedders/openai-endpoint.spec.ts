import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEmbeddingServer, type EmbeddingServer } from '../spec-support/embedding-server.ts';
import { embedQuestion } from './choose-embedder.ts';
import { similarity } from './embedder.ts';
import { openaiEndpoint } from './openai-endpoint.ts';

let server: EmbeddingServer;
beforeEach(async () => {
  server = await startEmbeddingServer({ key: 'k-1' });
});
afterEach(() => server.close());
const embedder = (more: Partial<Parameters<typeof openaiEndpoint>[0]> = {}) =>
  openaiEndpoint({ baseURL: server.baseURL, model: 'nomic-embed/Text', dimensions: 256, apiKey: 'k-1', batch: 2, ...more }, { fetch, timeout: 300 });

it('asks in batches and gives each text its own vector, whatever order they are answered in', async () => {
  const texts = ['memory limit', 'image tag', 'memory limit'];
  const [memory, image, again] = await embedder().embed(texts);
  expect(server.bodies.map((body) => (JSON.parse(body) as { input: string[] }).input.length)).toEqual([2, 1]);
  expect(memory && again && similarity(memory, again)).toBeCloseTo(1);
  expect(memory && image && similarity(memory, image)).toBeLessThan(0.5);
});

it('names its space by model and size', () => {
  expect(embedder().space).toBe('nomic-embed-text-256');
});

it('sends no secret: what a text holds is redacted before it leaves', async () => {
  await embedder().embed(['login failed for ghp_0123456789abcdefghijABCDEFGHIJ012345 with password=hunter2hunter2']);
  expect(server.bodies.join()).toContain('login failed');
  expect(server.bodies.join()).not.toMatch(/ghp_0|hunter2/);
});

describe('an endpoint in trouble is told apart:', () => {
  it.each([
    ['a refused key', { status: 401 }, { reason: 'KeyRefused', message: expect.stringContaining('embedder.apiKey') }],
    ['an unknown model', { status: 404 }, { reason: 'NoSuchModel' }],
    ['a failure', { status: 503 }, { name: 'Error', message: expect.stringContaining('503') }],
    ['garbage', { body: '<html>' }, { message: expect.stringContaining('no JSON') }],
    ['another size', { body: '{"data":[{"index":0,"embedding":[1,0,0]}]}' }, { reason: 'WrongDimensions', message: expect.stringContaining('3 numbers') }],
    ['a vector that is missing', { body: '{"data":[]}' }, { message: expect.stringContaining('no vector for text 1 of 1') }],
    ['silence', { silent: true }, { message: expect.stringContaining('did not answer within 0.3 s') }],
  ])('%s', async (_name, how, error) => {
    server.behave(how);
    await expect(embedder().embed(['memory'])).rejects.toMatchObject(error);
  });

  it('and never keeps a question from being answered by structure and words', async () => {
    server.behave({ status: 503 });
    const warned: string[] = [];
    expect(await embedQuestion(embedder(), 'memory', { info: () => {}, warn: (message) => void warned.push(message) })).toBeUndefined();
    expect(warned).toEqual([expect.stringContaining('503')]);
  });
});
