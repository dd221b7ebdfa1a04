import { expect, it } from 'vitest';
import { RemediationPolicySpec } from '@fleetmend/model';
import { effectivePolicy, type PlacedPolicy } from './effective-policy.ts';
import { frozenUntil } from './freeze.ts';
import { productionSettings } from './settings.ts';
import { aRequest, NOW } from './spec-support/views.ts';

const policy = (name: string, spec: object, namespace = 'shop-team'): PlacedPolicy => ({ name, namespace, spec: RemediationPolicySpec.parse({ selector: {}, ...spec }) });
const effective = (...policies: PlacedPolicy[]) => effectivePolicy({ request: aRequest('Detected'), policies, labelsOf: () => ({ env: 'prod' }), now: NOW, settings: productionSettings });

it('takes the strictest value of every policy that matches', () => {
  const both = effective(
    policy('a', { mode: 'AutoMerge', budgets: { openPerRepository: 9, attemptsPerDay: 1 }, hold: '1m', critical: { namespaces: ['payments'] } }),
    policy('b', { mode: 'Propose', budgets: { openPerRepository: 3 }, hold: '10m', priorApproval: { tiers: ['T1'] } }, 'fleetmend-system'),
  );
  expect(both).toMatchObject({ mode: 'Propose', attemptsPerDay: 1, hold: 600_000, criticalNamespaces: ['payments'], priorApprovalTiers: ['T1'], selectedBy: ['shop-team/a', 'fleetmend-system/b'] });
  expect(both.budgets.openPerRepository).toBe(3);
});

it('lets a policy shorten the hold, and uses the default where none says', () => {
  expect(effective(policy('a', { hold: '30s' })).hold).toBe(30_000);
  expect(effective(policy('a', {})).hold).toBe(productionSettings.hold);
});

it('takes the lowest limit on cost, the dearest prices, and the error budget of which the least is left', () => {
  const dear = { vcpuHourUSD: 0.05, gibHourUSD: 0.004, source: 'theirs' };
  const cheap = { vcpuHourUSD: 0.03, gibHourUSD: 0.005, source: 'ours' };
  const all = effective(
    policy('a', { cost: { monthlyLimitUSD: 20, prices: dear }, slo: [{ name: 'errors', left: 0.4 }, { name: 'latency', left: 0.1 }] }),
    policy('b', { cost: { monthlyLimitUSD: 30, prices: cheap }, slo: [{ name: 'errors', left: 0.2 }] }),
  );
  expect(all.cost).toEqual({ monthlyLimitUSD: 20, prices: { vcpuHourUSD: 0.05, gibHourUSD: 0.005, source: 'theirs; ours' } });
  expect(all.sloBudget).toEqual({ name: 'latency', left: 0.1 });
  expect(effective(policy('a', {}))).toMatchObject({ cost: undefined, sloBudget: undefined });
});

it("ignores another tenant's policies, other clusters, namespaces and classes", () => {
  expect(effective(policy('a', {}, 'other-team')).selectedBy).toEqual([]);
  expect(effective(policy('a', { selector: { clusters: { matchLabels: { env: 'test' } } } })).selectedBy).toEqual([]);
  expect(effective(policy('a', { selector: { namespaces: ['payments'] } })).selectedBy).toEqual([]);
  expect(effective(policy('a', { selector: { classes: ['ImagePullBackOff'] } })).selectedBy).toEqual([]);
  expect(effective(policy('a', { selector: { namespaces: ['shop'], classes: ['*'] } })).selectedBy).toEqual(['shop-team/a']);
});

it.each([
  ['inside a weekend', { weekdays: ['saturday', 'sunday'], times: [{ start: '00:00', end: '24:00' }], timeZone: 'Europe/Berlin' }, '2026-01-10T12:00:00Z', '2026-01-11T23:00:00Z'],
  ['a minute before it', { weekdays: ['saturday', 'sunday'], times: [{ start: '00:00', end: '24:00' }], timeZone: 'Europe/Berlin' }, '2026-01-09T22:59:00Z', undefined],
  ['inside a window of an hour', { times: [{ start: '09:00', end: '10:00' }] }, '2026-01-05T09:30:00Z', '2026-01-05T10:00:00Z'],
  ['at its end', { times: [{ start: '09:00', end: '10:00' }] }, '2026-01-05T10:00:00Z', undefined],
  ['across the start of summer time', { weekdays: ['sunday'], times: [{ start: '01:00', end: '04:00' }], timeZone: 'Europe/Berlin' }, '2026-03-29T00:30:00Z', '2026-03-29T02:00:00Z'],
])('a freeze %s', (_, window, at, until) => {
  expect(frozenUntil({ name: 'w', ...window } as never, Date.parse(at))).toBe(until === undefined ? undefined : Date.parse(until));
});
