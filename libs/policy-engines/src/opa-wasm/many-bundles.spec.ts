import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holdsManyBundles } from '@fleetmend/plugin-api';
import { aGateInput } from '@fleetmend/plugin-api/conformance';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readBundle } from './bundle.ts';
import { SHIPPED, writeBundle } from './bundle-fixture.ts';
import { OpaWasmConfig, type OpaWasmEngine, startOpaWasm } from './opa-wasm.ts';

const NO = { allow: false, tier: 'T3', violations: [{ id: 'X01', class: 'Unsafe', message: 'nothing is allowed' }], warnings: [], requires: { approvals: 0, priorApproval: false, reviewers: [], labels: [] } };

let dir: string;
let engine: OpaWasmEngine;
let strict: { readonly path: string; readonly digest: string };
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-bundles-'));
  engine = await startOpaWasm(OpaWasmConfig.parse({ bundle: SHIPPED, limitMs: 20_000 }), { log: { info: () => {}, warn: () => {} } });
  const path = writeBundle(join(dir, 'strict'), { answer: { results: [{ result: NO }] } });
  strict = { path, digest: readBundle({ path }).info.digest };
});
afterEach(async () => {
  await engine.close();
  rmSync(dir, { recursive: true });
});

it('judges each input with the bundle that it names', async () => {
  expect(holdsManyBundles(engine)).toBe(true);
  const info = await engine.hold(strict);
  expect(engine.held().map(({ digest }) => digest)).toEqual([engine.active().digest, strict.digest]);
  expect((await engine.evaluate(aGateInput(engine.active()))).allow).toBe(true);
  expect((await engine.evaluate(aGateInput(info))).violations).toMatchObject([{ id: 'X01' }]);
});

it('holds one bundle once, and none of another digest than was asked for', async () => {
  await Promise.all([engine.hold(strict), engine.hold(strict)]);
  expect(engine.held()).toHaveLength(2);
  await expect(engine.hold({ path: strict.path, digest: `sha256:${'0'.repeat(64)}` })).rejects.toMatchObject({ reason: 'BundleUnusable', message: expect.stringContaining(`its digest is ${strict.digest}`) });
  expect(engine.held()).toHaveLength(2);
});

it('denies for a bundle that it let go of, and keeps the active one', async () => {
  const info = await engine.hold(strict);
  await engine.drop(strict.digest);
  await engine.drop(engine.active().digest);
  expect((await engine.evaluate(aGateInput(info))).violations).toMatchObject([{ id: 'E01' }]);
  expect((await engine.evaluate(aGateInput(engine.active()))).allow).toBe(true);
  expect((await engine.hold(strict)).digest).toBe(strict.digest);
});
