import { describe, expect, it } from 'vitest';
import type { Case } from '@fleetmend/plugin-api';
import { garbage, html, right, tooMany } from './plays.ts';
import { abstentionOf, again, oom, type reasonerBench } from './reasoner-bench.ts';

/** The same class of failure with other words, so that no cached answer fits. */
const other = (n: number): Case => {
  const kase = again(oom(), `uid-${n}`);
  const { spec } = kase.request;
  return { ...kase, request: { ...kase.request, spec: { ...spec, failure: { ...spec.failure, message: `trouble ${'abcdefghij'.charAt(n)}` } } } };
};

/** Slow, silent, busy, broken and expensive endpoints: each ends with a reason, and none is stormed. */
export function modelTroubleSuite(bench: ReturnType<typeof reasonerBench>): void {
  describe('an endpoint in trouble', () => {
    it('that does not answer is given up after the timeout', async () => {
      const { reason, server, clock } = await bench.start([{ hang: true }], { timeout: '30s' });
      const reasoning = reason();
      await server.asked(1);
      await clock.run(30_000);
      expect(abstentionOf(await reasoning)).toMatchObject({ reason: 'ModelTimedOut', lookAt: expect.stringContaining('30 s') });
      expect(server.requests).toHaveLength(1);
    });

    it('is let go at once when the hub stops, without a verdict', async () => {
      const { reason, server } = await bench.start([{ hang: true }]);
      const stop = new AbortController();
      const reasoning = reason(oom(), stop.signal);
      await server.asked(1);
      stop.abort(new Error('stopping'));
      await expect(reasoning).rejects.toThrow('stopping');
    });

    it('that sends a page instead of JSON is named so', async () => {
      const { reason } = await bench.start([html]);
      expect(abstentionOf(await reason())?.reason).toBe('ModelAnsweredNoJson');
    });

    it('that allows no more calls is waited for when that is short, and once', async () => {
      const { reason, server, clock } = await bench.start([tooMany('5'), right]);
      const reasoning = reason();
      await server.asked(1);
      await clock.runUntil(() => server.requests.length === 2 || clock.pending > 0, 60_000, 'a second call');
      while (server.requests.length < 2) await clock.run(1000);
      expect((await reasoning)?.candidates).toMatchObject([{ action: 'setResources' }]);
      expect(server.requests).toHaveLength(2);
    });

    it('that wants a long rest gets it: the case ends, and the next ones cost no call', async () => {
      const { reason, server, clock } = await bench.start([tooMany('600'), right]);
      expect(abstentionOf(await reason(other(1)))).toMatchObject({ reason: 'ModelRateLimited', lookAt: expect.stringContaining('10m') });
      expect(abstentionOf(await reason(other(2)))?.reason).toBe('ModelRateLimited');
      expect(server.requests).toHaveLength(1);
      await clock.run(600_001);
      expect((await reason(other(3)))?.candidates).toMatchObject([{ action: 'setResources' }]);
    });

    it('that failed several times in a row is left alone, then tried by one call', async () => {
      const { reason, server, clock } = await bench.start([html, html, html, right], { breaker: { failures: 2, rest: '5m' } });
      for (const n of [1, 2]) expect(abstentionOf(await reason(other(n)))?.reason).toBe('ModelAnsweredNoJson');
      expect(abstentionOf(await reason(other(3)))).toMatchObject({ reason: 'ModelBreakerOpen', lookAt: expect.stringContaining('instead of JSON') });
      expect(server.requests).toHaveLength(2);
      await clock.run(300_001);
      expect(abstentionOf(await reason(other(4)))?.reason).toBe('ModelAnsweredNoJson');
      expect(abstentionOf(await reason(other(5)))?.reason).toBe('ModelBreakerOpen');
      await clock.run(300_001);
      expect((await reason(other(6)))?.candidates).toMatchObject([{ action: 'setResources' }]);
      expect(server.requests).toHaveLength(4);
    });

    it('that only talks nonsense is left alone, too', async () => {
      const { reason, server } = await bench.start([garbage], { breaker: { failures: 2 } });
      for (const n of [1, 2]) expect(abstentionOf(await reason(other(n)))?.reason).toBe('ModelAnswerUnusable');
      expect(abstentionOf(await reason(other(3)))?.reason).toBe('ModelBreakerOpen');
      expect(server.requests).toHaveLength(4);
    });
  });

  describe('a budget', () => {
    it.each([
      ['of a request', { tokensPerRequest: 45_000 }, (n: number) => ({ ...other(n), request: { ...other(n).request, uid: 'the same' } }), 'request has used'],
      ['of a cluster', { tokensPerClusterPerDay: 45_000 }, other, 'cluster has used'],
      ['of the fleet', { tokensPerDay: 45_000 }, (n: number) => again(other(n), `uid-${n}`, `cluster-${n}`), 'fleet has used'],
    ])('%s ends the calls, and says so', async (_, budgets, kase, words) => {
      const { reason, server } = await bench.start([{ ...right, usage: { prompt_tokens: 40_000, completion_tokens: 1000 } }], { budgets, maxOutputTokens: 20_000 });
      expect((await reason(kase(1)))?.candidates).toMatchObject([{ action: 'setResources' }]);
      expect(abstentionOf(await reason(kase(2)))).toMatchObject({ reason: 'ModelBudgetSpent', lookAt: expect.stringContaining(words) });
      expect(server.requests).toHaveLength(1);
    });

    it('in dollars ends the calls of the day, also after a restart, and starts anew the next day', async () => {
      const { reason, open, close, clock } = await bench.start([{ ...right, usage: { prompt_tokens: 900, completion_tokens: 1000 } }], { maxOutputTokens: 20_000, budgets: { usdPerDay: 0.205 }, price: { outputPerMillion: 10 } });
      expect((await reason(other(1)))?.model?.costUSD).toBe(0.01);
      await close();
      const { reason: later } = await open();
      expect(abstentionOf(await later(other(2)))).toMatchObject({ reason: 'ModelBudgetSpent', lookAt: expect.stringContaining('0.01 of 0.205 dollars') });
      await clock.run(24 * 3_600_000);
      expect((await later(other(3)))?.candidates).toMatchObject([{ action: 'setResources' }]);
    });

    it('of calls at once makes a case wait without a call', async () => {
      const { reason, server, clock } = await bench.start([{ hang: true }], { budgets: { concurrent: 1 } });
      const first = reason(other(1));
      await server.asked(1);
      await expect(reason(other(2))).rejects.toThrow(/this case waits/);
      await clock.run(60_000);
      expect(abstentionOf(await first)?.reason).toBe('ModelTimedOut');
      expect(server.requests).toHaveLength(1);
    });

    it('is charged for a call that died half way', async () => {
      const { reason, server } = await bench.start([{ hang: true }], { maxOutputTokens: 20_000, budgets: { tokensPerDay: 35_000 } });
      const stop = new AbortController();
      const first = reason(other(1), stop.signal);
      await server.asked(1);
      stop.abort(new Error('stopping'));
      await expect(first).rejects.toThrow('stopping');
      expect(abstentionOf(await reason(other(2)))?.reason).toBe('ModelBudgetSpent');
    });
  });
}
