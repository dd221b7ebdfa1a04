import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aGateInput } from '@fleetmend/plugin-api/conformance';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBundle } from './bundle.ts';
import { SHIPPED } from './bundle-fixture.ts';

const ENGINE = fileURLToPath(new URL('./opa-wasm.ts', import.meta.url));

describe('the engine in a single-file build', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'fleetmend-bundled-'));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it('judges in a folder that holds neither our sources nor any package', async () => {
    const input = aGateInput(readBundle({ path: SHIPPED }).info);
    const main = `
      import { startOpaWasm } from ${JSON.stringify(ENGINE)};
      const log = { info: () => {}, warn: () => {} };
      const engine = await startOpaWasm({ bundle: ${JSON.stringify(SHIPPED)}, limitMs: 20000 }, { log });
      console.log(JSON.stringify(await engine.evaluate(${JSON.stringify(input)})));
      await engine.close();
    `;
    const build = await rolldown({ input: 'main', platform: 'node', plugins: [{ name: 'main', resolveId: (id) => (id === 'main' ? id : undefined), load: (id) => (id === 'main' ? main : undefined) }] });
    const { output } = await build.generate({ format: 'esm', minify: true });
    await build.close();
    expect(output).toHaveLength(1);
    writeFileSync(join(dir, 'main.mjs'), output[0].code);

    const printed = execFileSync(process.execPath, ['main.mjs'], { cwd: dir, encoding: 'utf8' });

    expect(JSON.parse(printed)).toMatchObject({ allow: true, tier: 'T0' });
  });
});
