import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GateInput, GateDecision, type PolicyEngine } from '../policy-engine.ts';
import { aDeployment, aGateInput, withMemory } from './gate-input.ts';

/** What every policy engine must do with the rules that ship with the product. `create` starts one that judges by them. */
export function policyEngineConformance({ kind, create }: { readonly kind: string; readonly create: () => Promise<PolicyEngine> }): void {
  let engine: PolicyEngine;
  beforeAll(async () => {
    engine = await create();
  });
  afterAll(() => engine.close());

  it('carries the kind of its definition', () => {
    expect(engine.kind).toBe(kind);
  });

  it('says which bundle judges', () => {
    expect(engine.active().digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(engine.active().name).not.toBe('');
  });

  it('allows a harmless repair, and says how many people it needs', async () => {
    const decision = await engine.evaluate(aGateInput(engine.active()));
    expect(decision).toMatchObject({ allow: true, tier: 'T0', violations: [], requires: { approvals: 0, priorApproval: false } });
  });

  it('answers in the shape of a decision', async () => {
    for (const input of [aGateInput(engine.active()), privileged(engine)]) expect(GateDecision.safeParse(await engine.evaluate(input)).success).toBe(true);
  });

  it('denies what is unsafe with the rule, the place and a sentence', async () => {
    const decision = await engine.evaluate(privileged(engine));
    expect(decision).toMatchObject({ allow: false, tier: 'T3' });
    const violation = decision.violations.find(({ id }) => id === 'S01');
    expect(violation).toMatchObject({ class: 'Unsafe', path: 'Deployment/shop/checkout#/spec/template/spec/containers/0/securityContext/privileged' });
    expect(violation?.message).not.toBe('');
  });

  it('defers in a freeze, and says until when', async () => {
    const frozen = [{ name: 'weekend', until: '2026-01-06T00:00:00Z' }];
    const decision = await engine.evaluate(aGateInput(engine.active(), { facts: { frozen } }));
    expect(decision.allow).toBe(false);
    expect(decision.violations).toMatchObject([{ id: 'F03', class: 'Deferred', notBefore: '2026-01-06T00:00:00Z' }]);
  });

  it('decides the same again from the same input, so that a logged decision can be replayed', async () => {
    const input = privileged(engine);
    expect(await engine.evaluate(structuredClone(input))).toEqual(await engine.evaluate(input));
  });

  it('gives each of many questions at once its own answer', async () => {
    const inputs = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? aGateInput(engine.active()) : privileged(engine)));
    const decisions = await Promise.all(inputs.map((input) => engine.evaluate(input)));
    expect(decisions.map(({ allow }) => allow)).toEqual(inputs.map((_, index) => index % 2 === 0));
  });

  describe('denies what it can not judge, as Unsafe', () => {
    const odd: Readonly<Record<string, (input: GateInput) => unknown>> = {
      'a schema of another version': (input) => ({ ...input, schema: 'remediation.gate/v2' }),
      'an input without a plan': ({ plan: _, ...input }) => input,
      'an input without facts': ({ facts: _, ...input }) => input,
      'an input without objects': (input) => ({ ...input, change: { ...input.change, objects: [] } }),
      'an input whose objects are no list': (input) => ({ ...input, change: { ...input.change, objects: {} } }),
      'an object that is none': (input) => ({ ...input, change: { ...input.change, objects: [...input.change.objects, 'web'] } }),
      'facts gathered for another bundle': (input) => ({ ...input, policy: { ...input.policy, bundle: { ...input.policy.bundle, digest: `sha256:${'0'.repeat(64)}` } } }),
    };
    it.each(Object.entries(odd))('%s', async (_, change) => {
      const decision = await engine.evaluate(change(aGateInput(engine.active())) as GateInput);
      expect(decision.allow).toBe(false);
      expect(decision.violations.some((violation) => violation.class === 'Unsafe' && violation.id === 'E01')).toBe(true);
    });

    it('a question after it was closed', async () => {
      const other = await create();
      const input = aGateInput(other.active());
      await other.close();
      expect(await other.evaluate(input)).toMatchObject({ allow: false, violations: [{ id: 'E01', class: 'Unsafe' }] });
    });
  });
}

function privileged(engine: PolicyEngine): GateInput {
  return aGateInput(engine.active(), { after: aDeployment({ ...withMemory('128Mi'), securityContext: { privileged: true } }) });
}
