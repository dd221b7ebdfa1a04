import { rolldown } from 'rolldown';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('./src/opa-wasm/worker.ts', import.meta.url));

/** Where the generated file belongs. */
export const WORKER_FILE = fileURLToPath(new URL('./src/opa-wasm/worker.generated.ts', import.meta.url));

/**
 * The text of `worker.generated.ts`: the worker and the OPA SDK in one script, as a string. The SDK's YAML library
 * (most of its size) is left out, because no bundle may need it.
 */
export async function renderWorker(): Promise<string> {
  const build = await rolldown({
    input: ENTRY,
    platform: 'node',
    external: /^node:/,
    plugins: [
      {
        name: 'without-yaml',
        resolveId: (id) => (id === 'yaml' ? '\0without-yaml' : undefined),
        load: (id) => (id === '\0without-yaml' ? 'export {};' : undefined),
      },
    ],
  });
  const { output } = await build.generate({ format: 'cjs', minify: true });
  await build.close();
  return `// Generated from worker.ts by generate-worker.ts. Do not edit: run \`npm run generate\`.\nexport const workerSource = ${JSON.stringify(output[0].code.trim())};\n`;
}
