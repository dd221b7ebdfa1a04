import { parse } from '@fleetmend/kernel';
import { afterEach, describe, expect, it } from 'vitest';
import { ANSWER_SCHEMA } from '../../model-tier/answer.ts';
import { noStructure, right } from '../../spec-support/plays.ts';
import { abstentionOf, again, oom, reasonerBench } from '../../spec-support/reasoner-bench.ts';
import { modelReasonerSuite } from '../../spec-support/model-reasoner-suite.ts';
import { aCase } from '../playbook/case.fixture.ts';
import { openaiCompatible } from './openai-compatible.ts';

const bench = reasonerBench(async (baseURL, deps, config) => openaiCompatible.create(parse(openaiCompatible.config, { baseURL, model: 'm-1', ...config }, 'config'), deps));
afterEach(() => bench.end());

modelReasonerSuite(bench);

describe('openai-compatible', () => {
  it('asks for the schema, hands over no tools, and sends the key in a header alone', async () => {
    const { reason, server } = await bench.start([right], { apiKey: 'sk-0123456789abcdef' });
    await reason();
    const [request] = server.requests;
    expect(request?.path).toBe('/v1/chat/completions');
    expect(request?.headers['authorization']).toBe('Bearer sk-0123456789abcdef');
    expect(JSON.stringify(request?.body)).not.toContain('sk-0123456789abcdef');
    expect(request?.body.tools).toBeUndefined();
    expect(request?.body).toMatchObject({ model: 'm-1', max_tokens: 1024, response_format: { type: 'json_schema', json_schema: { name: 'diagnosis', strict: ANSWER_SCHEMA.strict, schema: { required: ['cause', 'confidence', 'cites', 'actions'], additionalProperties: false } } } });
  });

  it('sends no authorization where there is no key, and another header where it is asked to', async () => {
    const none = await bench.start([right]);
    await none.reason();
    expect(none.server.requests[0]?.headers['authorization']).toBeUndefined();
    const azure = await bench.start([right], { apiKey: 'sk-0123456789abcdef', keyHeader: 'api-key' });
    await azure.reason();
    expect(azure.server.requests[0]?.headers).toMatchObject({ 'api-key': 'sk-0123456789abcdef' });
    expect(azure.server.requests[0]?.headers['authorization']).toBeUndefined();
  });

  it('goes on without the schema where the server has none, and remembers that', async () => {
    const { reason, server } = await bench.start([noStructure, right]);
    expect((await reason())?.candidates).toMatchObject([{ action: 'setResources' }]);
    await reason(aCase({ class: 'OOMKilled', message: 'another one' }));
    expect(server.requests.map(({ body }) => body.response_format !== undefined)).toEqual([true, false, false]);
  });

  it('says what the server refused, and never the key', async () => {
    const { reason, server } = await bench.start([{ raw: '{"error":{"message":"bad key sk-0123456789abcdef"}}', status: 401 }], { apiKey: 'sk-0123456789abcdef' });
    const { reason: word, lookAt } = abstentionOf(await reason()) ?? {};
    expect(word).toBe('ModelKeyRefused');
    expect(lookAt).toContain('check the secret');
    expect(lookAt).not.toContain('sk-');
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['JSON of another kind', { raw: '{"status":"ok"}' }, 'ModelAnsweredNoJson'],
    ['a body without end', { raw: ' '.repeat(1_100_000) }, 'ModelAnsweredNoJson'],
    ['no such model', { raw: '{"error":{}}', status: 404 }, 'ModelRefused'],
    ['a fault of its own', { raw: 'oops', status: 503 }, 'ModelServerError'],
    ['a redirect elsewhere', { raw: '', status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 'ModelUnreachable'],
    ['a closed connection', { hangUp: true as const }, 'ModelUnreachable'],
  ])('ends with a reason after %s, and asks once', async (_, play, word) => {
    const { reason, server } = await bench.start([play]);
    expect(abstentionOf(await reason())?.reason).toBe(word);
    expect(server.requests).toHaveLength(1);
  });

  it('refuses an address that holds credentials', async () => {
    await expect(bench.start([right], { baseURL: 'http://user:pass@127.0.0.1:1/v1' })).rejects.toMatchObject({ reason: 'SecretInConfig', message: expect.not.stringContaining('pass@') });
  });

  it('counts what the server says it took, and what it costs', async () => {
    const { reason } = await bench.start([right], { price: { inputPerMillion: 2, outputPerMillion: 10 } });
    expect((await reason(again(oom(), 'u')))?.model).toMatchObject({ provider: 'openai-compatible', name: 'm-1', template: 'diagnose@2', inputTokens: 900, outputTokens: 100, costUSD: 0.0028, cached: false });
  });
});
