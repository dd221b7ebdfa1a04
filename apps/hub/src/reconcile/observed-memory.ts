import type { VectorStore } from '@fleetmend/plugin-api';
import type { HubMetrics } from '@fleetmend/telemetry';

/** The same memory, with what it answers counted by how it was found. */
export function observedMemory(memory: VectorStore, metrics: Pick<HubMetrics, 'remembered'>): VectorStore {
  return {
    ...memory,
    find: async (query) => {
      const matches = await memory.find(query);
      for (const { by } of matches) metrics.remembered(by);
      return matches;
    },
  };
}
