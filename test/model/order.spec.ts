import type { Action, ModelUse } from '@fleetmend/model';
import type { Reasoner, Reasoning } from '@fleetmend/plugin-api';
import { createHubMetrics } from '@fleetmend/telemetry';
import { VirtualClock } from '@fleetmend/testing';
import { digestOf } from '@fleetmend/kernel';
import { afterEach, describe, expect, it } from 'vitest';
import { observedReasoners } from '../../apps/hub/src/reconcile/observed-reasoners.ts';
import { modelWorld } from './model-world.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const use: ModelUse = { provider: 'openai', name: 'm-1', template: 'diagnose@1', prompt: digestOf('prompt'), inputTokens: 900, outputTokens: 100, costUSD: 0.25, cached: false };
const raise: Action = { action: 'setResources', container: 'app', limits: { memory: '128Mi' } };
const abstain = (reason: string, lookAt: string): Action => ({ action: 'abstain', reason, lookAt });

/** Reasoners that answer as told, in this order, and who of them was asked. */
async function asked(...answers: readonly (Partial<Reasoning> | undefined)[]) {
  const calls: number[] = [];
  const reasoners = answers.map((answer, index): Reasoner => ({
    kind: `reasoner-${index}`,
    reason: async (kase) => {
      calls.push(index);
      return answer && { cause: `cause ${index}`, confidence: 0.9, source: answer.model ? 'Model' : 'Playbook', cites: kase.evidence.map(({ digest }) => digest), candidates: [], ...answer };
    },
  }));
  const metrics = createHubMetrics({ clock: new VirtualClock(), processMetrics: false });
  const world = await modelWorld({ reasoners: observedReasoners(reasoners, metrics) });
  ends.push(() => world.close());
  const { status } = await world.live();
  return { status, calls, world, metrics: (await metrics.render()).text };
}

describe('reasoners are asked in the order of the config', () => {
  it('and nobody is asked after one that knows', async () => {
    const { calls, status } = await asked({ candidates: [raise] }, { candidates: [raise], model: use });
    expect(calls).toEqual([0]);
    expect(status.diagnosis).toMatchObject({ reasoner: 'reasoner-0', source: 'Playbook' });
    expect(status.diagnosis?.model).toBeUndefined();
  });

  it('nor after one that knows that nothing is safe', async () => {
    const { calls, status } = await asked({ candidates: [abstain('QuotaExhausted', 'the quota')] }, { candidates: [raise], model: use });
    expect(calls).toEqual([0]);
    expect(status).toMatchObject({ phase: 'Escalated', reason: 'QuotaExhausted' });
  });

  it('but after one to whom it does not belong, or who does not know', async () => {
    const { calls, status, metrics } = await asked(undefined, { candidates: [abstain('SeveralChanges', 'the log')], inconclusive: true }, { candidates: [raise], model: use });
    expect(calls).toEqual([0, 1, 2]);
    expect(status).toMatchObject({ phase: 'PullRequestOpen', diagnosis: { reasoner: 'reasoner-2', source: 'Model', model: { name: 'm-1' } } });
    expect(metrics).toContain('fleetmend_model_tokens_total{provider="openai",model="m-1",type="input"} 900');
    expect(metrics).toContain('fleetmend_model_cost_usd_total{provider="openai",model="m-1"} 0.25');
  });

  it('and when nobody knows, the first words stay, with what the others had to say and what it cost', async () => {
    const { status, metrics, world } = await asked(
      { candidates: [abstain('SeveralChanges', 'Read the log.')], inconclusive: true },
      { candidates: [abstain('ModelTimedOut', 'no answer within 60 s')], model: use, inconclusive: true },
    );
    expect(status).toMatchObject({ phase: 'Escalated', reason: 'SeveralChanges', diagnosis: { cause: 'cause 0', model: { name: 'm-1' } } });
    expect(status.diagnosis?.abstain?.lookAt).toBe('Read the log. reasoner-1 had nothing better (ModelTimedOut): no answer within 60 s');
    expect(metrics).toContain('fleetmend_model_cost_usd_total{provider="openai",model="m-1"} 0.25');
    expect(world.audit.records.find(({ step }) => step === 'diagnose')?.data).toMatchObject({ abstain: 'SeveralChanges', models: [{ name: 'm-1', inputTokens: 900 }] });
  });

  it('and a model whose answer is not taken is counted and recorded all the same', async () => {
    const other = { ...use, name: 'm-2', costUSD: 0.5 };
    const { status, metrics, world } = await asked({ candidates: [abstain('ModelTimedOut', 'no answer')], model: use, inconclusive: true }, { candidates: [raise], model: other });
    expect(status.diagnosis?.model?.name).toBe('m-2');
    expect(metrics).toContain('fleetmend_model_cost_usd_total{provider="openai",model="m-1"} 0.25');
    expect(metrics).toContain('fleetmend_model_cost_usd_total{provider="openai",model="m-2"} 0.5');
    expect(world.audit.records.find(({ step }) => step === 'diagnose')?.data).toMatchObject({ models: [{ name: 'm-1' }, { name: 'm-2' }] });
  });

  it('and the rule about values holds for whoever says to be a playbook', async () => {
    const { status } = await asked({ candidates: [{ action: 'setImage', container: 'app', image: 'evil.example.org/miner:1', provenance: 'GitHistory' }] });
    expect(status).toMatchObject({ phase: 'Escalated', reason: 'NoKnownOrigin', diagnosis: { dropped: [{ action: 'setImage' }] } });
  });
});
