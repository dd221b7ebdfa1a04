import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from '@fleetmend/kernel';
import { pluginFolderConformance, vectorStoreConformance } from '@fleetmend/plugin-api/conformance';
import { afterEach, beforeEach, describe } from 'vitest';
import { vectorStores } from './index.ts';

describe('vector stores', () => {
  pluginFolderConformance({ dir: dirname(fileURLToPath(import.meta.url)), plugins: vectorStores });
  describe.each(vectorStores)('$kind', (plugin) => {
    let stateDir: string;
    beforeEach(() => {
      stateDir = mkdtempSync(join(tmpdir(), 'fleetmend-memory-'));
    });
    afterEach(() => rmSync(stateDir, { recursive: true }));
    const open = async () => plugin.create(parse(plugin.config, {}, 'config'), { clock: { now: () => 0, sleep: async () => {} }, fetch, stateDir, log: { info: () => {}, warn: () => {} } });
    vectorStoreConformance({ kind: plugin.kind, create: open, reopen: open });
  });
});
