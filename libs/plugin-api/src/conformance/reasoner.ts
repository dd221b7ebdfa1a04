import { canonicalJson } from '@fleetmend/kernel';
import { Action } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import type { Case, Reasoner } from '../reasoner.ts';

const MAX_ROUNDS = 10;

/** What every reasoner must do, over the given cases: stay inside the catalogue and its bounds, and end. */
export function reasonerConformance({ kind, create, cases }: { readonly kind: string; readonly create: () => Promise<Reasoner>; readonly cases: Readonly<Record<string, Case>> }): void {
  const ask = async (kase: Case) => (await create()).reason(kase, new AbortController().signal);

  it('carries the kind of its definition', async () => {
    expect((await create()).kind).toBe(kind);
  });

  describe.each(Object.entries(cases))('of %s', (_name, kase) => {
    it('answers with one to three actions of the catalogue, or not at all', async () => {
      const reasoning = await ask(kase);
      if (!reasoning) return;
      expect(reasoning.candidates.length).toBeGreaterThanOrEqual(1);
      expect(reasoning.candidates.length).toBeLessThanOrEqual(3);
      for (const action of reasoning.candidates) {
        expect(Action.safeParse(action).error).toBeUndefined();
        expect(canonicalJson(action).length).toBeLessThanOrEqual(1024);
      }
    });

    it('keeps confidence, cause and citations inside their bounds', async () => {
      const reasoning = await ask(kase);
      if (!reasoning) return;
      expect(reasoning.confidence).toBeGreaterThanOrEqual(0);
      expect(reasoning.confidence).toBeLessThanOrEqual(1);
      expect(reasoning.cause.length).toBeLessThanOrEqual(512);
      const known = kase.evidence.map((item) => item.digest);
      for (const digest of reasoning.cites) expect(known).toContain(digest);
    });

    it('abstains alone, never beside another action', async () => {
      const names = (await ask(kase))?.candidates.map((action) => action.action) ?? [];
      if (names.includes('abstain')) expect(names).toEqual(['abstain']);
    });

    it('never names an image that moves by itself', async () => {
      for (const action of (await ask(kase))?.candidates ?? []) if (action.action === 'setImage') expect(action.image).not.toMatch(/:latest$/);
    });

    it('gives a frozen case the same answer twice', async () => {
      expect(await ask(deepFreeze(structuredClone(kase)))).toEqual(await ask(kase));
    });

    it('never repeats what was tried, and so comes to an end', async () => {
      const tried: string[] = [...kase.tried];
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        const actions = (await ask({ ...kase, tried }))?.candidates ?? [];
        const proposed = actions.filter((action) => action.action !== 'abstain').map((action) => canonicalJson(action));
        for (const action of proposed) expect(tried).not.toContain(action);
        if (proposed.length === 0) return;
        tried.push(...proposed);
      }
      expect.fail(`it still proposes new actions after ${MAX_ROUNDS} rounds of the same case`);
    });
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
