import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from '@fleetmend/kernel';
import { pluginFolderConformance, reasonerConformance } from '@fleetmend/plugin-api/conformance';
import type { PluginDefinition, Reasoner } from '@fleetmend/plugin-api';
import { VirtualClock } from '@fleetmend/testing';
import { afterAll, beforeAll, describe } from 'vitest';
import { modelStandIn } from '../spec-support/model-stand-in.ts';
import { right } from '../spec-support/plays.ts';
import { reasoners } from './index.ts';
import { aCase, historyOfField } from './playbook/case.fixture.ts';

const memory = ['resources', 'limits', 'memory'];
const cases = {
  'a container killed for memory': aCase({ class: 'OOMKilled', template: { resources: { limits: { memory: '64Mi' } } }, history: [historyOfField(memory, '64Mi', '96Mi')] }),
  'an image that does not exist': aCase({ class: 'ImagePullBackOff', subCause: 'NotFound', template: { image: 'app:2' }, history: [historyOfField(['image'], 'app:2', 'app:1', 'app:latest')] }),
  'a crash after one change': aCase({ class: 'CrashLoopBackOff', template: { args: ['b'] }, history: [historyOfField(['args'], ['b'], ['a'])] }),
  'a crash that nothing explains': aCase({ class: 'CrashLoopBackOff' }),
  'a class of its own': aCase({ class: 'SomethingElse' }),
};

let server: Awaited<ReturnType<typeof modelStandIn>>;
let dir: string;
beforeAll(async () => {
  server = await modelStandIn([right]);
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-reasoners-'));
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

/** What a plugin cannot do without. A model is played by a server that always answers the same. */
const configs = (): Readonly<Record<string, unknown>> => ({
  langchain: { package: '@langchain/core/utils/testing', class: 'FakeListChatModel', model: 'fake', options: { responses: ['say' in right ? JSON.stringify(right.say) : ''] } },
  'openai-compatible': { baseURL: server.baseURL, model: 'm-1' },
});

describe('reasoners', () => {
  pluginFolderConformance({ dir: dirname(fileURLToPath(import.meta.url)), plugins: reasoners });
  describe.each(reasoners as unknown as readonly PluginDefinition<never, Reasoner>[])('$kind', (plugin) => {
    // A state folder each time: what was asked before must not decide what is answered.
    const deps = () => ({ clock: new VirtualClock(), fetch, stateDir: mkdtempSync(join(dir, 'state-')), log: { info: () => {}, warn: () => {} } });
    const create = async () => plugin.create(parse(plugin.config, configs()[plugin.kind] ?? {}, plugin.kind), deps());
    reasonerConformance({ create, kind: plugin.kind, cases });
  });
});
