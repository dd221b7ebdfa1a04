import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from '@fleetmend/kernel';
import { notifierConformance, pluginFolderConformance } from '@fleetmend/plugin-api/conformance';
import { describe } from 'vitest';
import { notifiers } from './index.ts';

describe('notifiers', () => {
  pluginFolderConformance({ dir: dirname(fileURLToPath(import.meta.url)), plugins: notifiers });
  describe.each(notifiers)('$kind', (plugin) => {
    notifierConformance({
      kind: plugin.kind,
      create: async () => {
        const events = new Map<string, string>();
        const notifier = await plugin.create(parse(plugin.config, {}, 'config'), {
          clock: { now: () => 0, sleep: async () => {} },
          fetch,
          stateDir: '/nowhere',
          log: { info: () => {}, warn: () => {} },
          writeEvent: async (event) => {
            if (!events.has(event.metadata.name)) events.set(event.metadata.name, String(event['message']));
          },
        });
        return { notifier, messages: async () => [...events.values()] };
      },
    });
  });
});
