import { parse } from '@fleetmend/kernel';
import { AIMessage } from '@langchain/core/messages';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { modelReasonerSuite } from '../../spec-support/model-reasoner-suite.ts';
import { right } from '../../spec-support/plays.ts';
import { abstentionOf, reasonerBench } from '../../spec-support/reasoner-bench.ts';
import * as standIn from '../../spec-support/stand-in-chat-model.ts';
import { AnswerMessage, textOf, wasCutOff } from './chat-model.ts';
import { createLangchain, langchain } from './langchain.ts';
import { loadChatModel } from './load-chat-model.ts';

const plugin = createLangchain(async () => standIn);
const bench = reasonerBench(async (baseURL, deps, { price = {}, ...config }) => plugin.create(parse(plugin.config, { package: 'stand-in', class: 'StandInChatModel', model: 'm-1', options: { baseURL }, price, ...config }, 'config'), deps));
afterEach(() => bench.end());

modelReasonerSuite(bench);

describe('langchain', () => {
  it('loads a class out of an installed package by its name, and not before it is asked to', async () => {
    await expect(loadChatModel({ from: '@langchain/core/utils/testing', name: 'FakeListChatModel', importModule: (name) => import(name) })).resolves.toBe(FakeListChatModel);
  });

  it('names the command that installs a package that is missing', async () => {
    const config = parse(langchain.config, { package: '@langchain/not-there', class: 'ChatNowhere', model: 'm' }, 'config');
    const deps = { clock: { now: () => 0, sleep: async () => {} }, fetch, stateDir: '/nowhere', log: { info: () => {}, warn: () => {} } };
    await expect(langchain.create(config, deps)).rejects.toMatchObject({ reason: 'ModelPackageMissing', message: expect.stringContaining('npm install @langchain/not-there') });
  });

  it('names the chat models that a package has, when it has another', async () => {
    const load = (name: string) => loadChatModel({ from: 'stand-in', name, importModule: async () => standIn });
    await expect(load('ChatElse')).rejects.toMatchObject({ reason: 'ModelClassMissing', message: expect.stringContaining('it has: StandInChatModel.') });
    await expect(load('Unrelated')).rejects.toMatchObject({ reason: 'ModelClassMissing' });
  });

  it.each(['../../etc/passwd', 'file:///tmp/x.mjs', 'node:fs', '/tmp/x.mjs', 'https://evil.example.org/x.mjs'])('takes no path and no address for a package: %s', (name) => {
    expect(langchain.config.safeParse({ package: name, class: 'X', model: 'm' }).success).toBe(false);
  });

  it('goes on by words where a class has no structured output', async () => {
    const { reason, server } = await bench.start([right], { structured: 'auto' });
    expect((await reason())?.candidates).toMatchObject([{ action: 'setResources' }]);
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    [401, 'ModelKeyRefused'],
    [404, 'ModelRefused'],
    [503, 'ModelServerError'],
  ])('knows what status %i means, and makes no second call', async (status, word) => {
    const { reason, server } = await bench.start([{ raw: '{}', status }]);
    expect(abstentionOf(await reason())?.reason).toBe(word);
    expect(server.requests).toHaveLength(1);
  });

  it('refuses to work while prompts would be traced to somebody else', async () => {
    process.env['LANGSMITH_TRACING'] = 'true';
    try {
      await expect(bench.start([right])).rejects.toMatchObject({ reason: 'ModelTracingOn' });
    } finally {
      delete process.env['LANGSMITH_TRACING'];
    }
  });
});

describe('an answer of LangChain', () => {
  it('is read from text, from blocks, and from the arguments of a call that nobody makes', () => {
    const text = (fields: ConstructorParameters<typeof AIMessage>[0]) => textOf(AnswerMessage.parse(new AIMessage(fields)));
    expect(text({ content: '{"a":1}' })).toBe('{"a":1}');
    expect(text({ content: [{ type: 'text', text: '{"a"' }, { type: 'text', text: ':1}' }] })).toBe('{"a":1}');
    expect(text({ content: '', tool_calls: [{ name: 'diagnosis', args: { a: 1 } }] })).toBe('{"a":1}');
  });

  it.each([['finish_reason', 'length'], ['stop_reason', 'max_tokens'], ['done_reason', 'length']])('that was cut off says so as %s', (key, word) => {
    expect(wasCutOff(AnswerMessage.parse(new AIMessage({ content: 'x', response_metadata: { [key]: word } })))).toBe(true);
    expect(wasCutOff(AnswerMessage.parse(new AIMessage({ content: 'x', response_metadata: { [key]: 'stop' } })))).toBe(false);
  });
});
