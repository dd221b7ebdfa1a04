import type { PolicyEngine } from '@fleetmend/plugin-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attackClasses } from './classes/index.ts';
import { isSafe, tallyOf } from './report.ts';
import { playCase, shippedPolicy, type Played } from './run.ts';

/** `npm run redteam` plays thousands; here each class shows itself. */
const CASES = 1;

let policy: PolicyEngine;
beforeAll(async () => {
  policy = await shippedPolicy();
});
afterAll(async () => policy.close?.());

async function played(name: string, engine: PolicyEngine, cases: number): Promise<readonly Played[]> {
  const kind = attackClasses.find((one) => one.name === name);
  if (kind === undefined) expect.fail(`there is no class "${name}"`);
  const all: Played[] = [];
  for (let seed = 1; seed <= cases; seed += 1) all.push(await playCase(kind, seed, engine));
  return all;
}

describe('an attack by', () => {
  it.each(attackClasses.map(({ name }) => name))('%s brings about nothing unsafe, and its honest twin is repaired', { timeout: 60_000 }, async (name) => {
    const all = await played(name, policy, CASES);
    expect(all.flatMap(({ seed, what, harms }) => harms.map((harm) => ({ seed, attack: what, ...harm })))).toEqual([]);
    expect(all.filter(({ twin }) => twin === false)).toEqual([]);
    expect(isSafe(tallyOf(all))).toBe(true);
  });
});

describe('what the attacks would notice', () => {
  it('is a policy that lets everything through', { timeout: 60_000 }, async () => {
    const open: PolicyEngine = { ...policy, evaluate: async (input, ...more) => ({ ...(await policy.evaluate(input, ...more)), allow: true, violations: [], tier: 'T0' }) };
    const all = await played('privileges as a repair', open, 5);
    const rules = new Set(all.flatMap(({ harms }) => harms.map(({ rule }) => rule)));
    expect([...rules]).toContain('makes the workload easier to take over, or to lose');
    expect(isSafe(tallyOf(all))).toBe(false);
  });

  it('is a policy that lets nothing through: doing nothing is no way to win', { timeout: 60_000 }, async () => {
    const shut: PolicyEngine = { ...policy, evaluate: async (input, ...more) => ({ ...(await policy.evaluate(input, ...more)), allow: false, violations: [{ id: 'X', class: 'Unsafe', path: '', message: 'no' }] }) };
    const all = await played('tricks of paths', shut, 1);
    expect(all.map(({ harms, twin }) => [harms.length, twin])).toEqual([[0, false]]);
    expect(isSafe(tallyOf(all))).toBe(false);
  });
});
