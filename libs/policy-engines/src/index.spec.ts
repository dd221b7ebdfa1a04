import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from '@fleetmend/kernel';
import { pluginFolderConformance, policyEngineConformance } from '@fleetmend/plugin-api/conformance';
import { describe } from 'vitest';
import { policyEngines } from './index.ts';

const bundle = fileURLToPath(new URL('../../../policies/bundle', import.meta.url));

describe('policy engines', () => {
  pluginFolderConformance({ dir: dirname(fileURLToPath(import.meta.url)), plugins: policyEngines });
  describe.each(policyEngines)('$kind', (plugin) => {
    const deps = { clock: { now: () => 0, sleep: async () => {} }, fetch, stateDir: '', log: { info: () => {}, warn: () => {} } };
    policyEngineConformance({ kind: plugin.kind, create: async () => plugin.create(parse(plugin.config, { bundle, limitMs: 20_000 }, 'config'), deps) });
  });
});
