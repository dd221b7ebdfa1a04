import { VirtualClock } from '@fleetmend/testing';
import { expect, it } from 'vitest';
import { createHubMetrics } from './hub-metrics.ts';

it('counts the tokens and the cost of each model apart', async () => {
  const metrics = createHubMetrics({ clock: new VirtualClock(), processMetrics: false });
  const sample = { provider: 'openai', name: 'm-1', inputTokens: 900, outputTokens: 100, costUSD: 0.25 };
  metrics.modelAsked(sample);
  metrics.modelAsked(sample);
  metrics.modelAsked({ ...sample, provider: 'ollama', name: 'm-2', costUSD: 0 });
  const { text } = await metrics.render();
  expect(text).toContain('fleetmend_model_tokens_total{provider="openai",model="m-1",type="input"} 1800');
  expect(text).toContain('fleetmend_model_tokens_total{provider="openai",model="m-1",type="output"} 200');
  expect(text).toContain('fleetmend_model_cost_usd_total{provider="openai",model="m-1"} 0.5');
  expect(text).toContain('fleetmend_model_cost_usd_total{provider="ollama",model="m-2"} 0');
});
