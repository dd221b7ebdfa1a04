import { sha256, uuidFrom } from '@fleetmend/kernel';
import type { Precedent } from '@fleetmend/model';
import { createHubMetrics } from '@fleetmend/telemetry';
import { memoryVectorStore, VirtualClock } from '@fleetmend/testing';
import { expect, it } from 'vitest';
import { observedMemory } from './observed-memory.ts';

const precedent: Precedent = {
  id: uuidFrom('one'), tenant: 't', fingerprint: sha256('one'), class: 'OOMKilled', shape: {}, cause: 'memory', action: 'setResources',
  fields: [], outcome: 'Verified', decidedBy: 'human', clusters: ['prod-1'], at: 1, request: { name: 'rr-1', uid: 'u', attempt: 1 },
};

it('counts what memory answered, by how it was found, and changes nothing', async () => {
  const metrics = createHubMetrics({ clock: new VirtualClock(), processMetrics: false });
  const memory = observedMemory(memoryVectorStore(), metrics);
  await memory.put(precedent);
  await memory.put({ ...precedent, id: uuidFrom('two'), fingerprint: sha256('two') });
  expect(await memory.find({ tenant: 't', fingerprint: sha256('one'), class: 'OOMKilled', limit: 5 })).toHaveLength(2);
  const { text } = await metrics.render();
  expect(text).toContain('fleetmend_memory_hits_total{by="Fingerprint"} 1');
  expect(text).toContain('fleetmend_memory_hits_total{by="Structure"} 1');
});
