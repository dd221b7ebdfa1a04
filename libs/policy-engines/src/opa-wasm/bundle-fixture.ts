import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type WasmFixture, wasmFixture } from './wasm-fixture.ts';

/** The bundle that ships with the product. */
export const SHIPPED = fileURLToPath(new URL('../../../../policies/bundle', import.meta.url));

/** Writes a bundle around a made-up policy. */
export function writeBundle(dir: string, fixture: WasmFixture, revision = 'made-up'): string {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'policy.wasm'), wasmFixture(fixture));
  writeFileSync(join(dir, 'data.json'), JSON.stringify({ remediation: { limits: { edit: { files: 3 } } } }));
  writeFileSync(join(dir, '.manifest'), JSON.stringify({ revision, roots: ['remediation'], wasm: [{ entrypoint: 'remediation/gate/decision', module: '/policy.wasm' }] }));
  return dir;
}
