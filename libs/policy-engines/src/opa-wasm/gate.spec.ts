import { aGateInput } from '@fleetmend/plugin-api/conformance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHIPPED } from './bundle-fixture.ts';
import { gateCases } from './gate-cases.ts';
import { OpaWasmConfig, type OpaWasmEngine, startOpaWasm } from './opa-wasm.ts';

let engine: OpaWasmEngine;
beforeAll(async () => {
  engine = await startOpaWasm(OpaWasmConfig.parse({ bundle: SHIPPED, limitMs: 20_000 }), { log: { info: () => {}, warn: () => {} } });
});
afterAll(() => engine.close());

describe('the shipped rules', () => {
  it.each(gateCases)('%s', async (_, plan, expected) => {
    const decision = await engine.evaluate(aGateInput(engine.active(), plan));
    const ids = [...new Set(decision.violations.map(({ id }) => id))].sort();
    if ('allowed' in expected) expect({ allow: decision.allow, ids, tier: decision.tier }).toEqual({ allow: true, ids: [], tier: expected.allowed });
    else expect({ allow: decision.allow, ids }).toEqual({ allow: false, ids: expected.refusedBy });
  });

  it('have an allowed and a refused case for every rule', () => {
    const rules = ['S01', 'S02', 'S03', 'I02', 'R01', 'R02', 'R03', 'R05', 'C01', 'C02', 'C03', 'N01', 'B01', 'B02', 'B03', 'B05', 'B07', 'F03', 'F05', 'F09'];
    const refused = new Set(gateCases.flatMap(([, , expected]) => ('refusedBy' in expected ? expected.refusedBy : [])));
    expect(rules.filter((rule) => !refused.has(rule))).toEqual([]);
    expect(gateCases.length).toBeGreaterThanOrEqual(60);
  });
});
