import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pluginFolderConformance, reasonerConformance } from '@fleetmend/plugin-api/conformance';
import { describe } from 'vitest';
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

describe('reasoners', () => {
  pluginFolderConformance({ dir: dirname(fileURLToPath(import.meta.url)), plugins: reasoners });
  describe.each(reasoners)('$kind', (plugin) => {
    reasonerConformance({ create: async () => plugin.create({}, { clock: { now: () => 0, sleep: async () => {} }, fetch, stateDir: '/nowhere', log: { info: () => {}, warn: () => {} } }), kind: plugin.kind, cases });
  });
});
