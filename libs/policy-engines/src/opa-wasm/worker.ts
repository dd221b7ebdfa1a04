/**
 * The thread in which a bundle's wasm runs, so that a decision that does not end can be ended from outside.
 *
 * Nobody imports this file: `worker.generated.ts` holds it, bundled with the SDK, as the text that a worker is started from.
 * A single-file build of the hub has no other file to point a worker at.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type LoadedPolicy, loadPolicy } from '@open-policy-agent/opa-wasm';
import type { WorkerAnswer, WorkerQuestion, WorkerStart } from './protocol.ts';

/** Built-ins that the SDK brings besides those compiled into the wasm. Its YAML ones are left out of this bundle. */
const HOST_BUILTINS: readonly string[] = ['sprintf', 'json.is_valid', 'regex.split'];

interface OpaExports {
  readonly builtins: () => number;
  readonly opa_json_dump: (address: number) => number;
}

const answer = (message: WorkerAnswer): void => parentPort?.postMessage(message);
const start = workerData as WorkerStart;

async function main(): Promise<void> {
  const policy = await loadPolicy(start.wasm as Parameters<typeof loadPolicy>[0], { initial: 5, maximum: start.maximumPages });
  const missing = neededBuiltins(policy).filter((name) => !HOST_BUILTINS.includes(name));
  if (missing.length > 0) throw new Error(`it needs built-in functions that are not here: ${missing.join(', ')}; compile it with policies/capabilities.json`);
  if (!(start.entrypoint in policy.entrypoints)) {
    throw new Error(`it has no entrypoint ${start.entrypoint}, only ${Object.keys(policy.entrypoints).join(', ')}; compile it with -e ${start.entrypoint}`);
  }
  policy.setData(start.data as object);
  parentPort?.on('message', ({ id, input }: WorkerQuestion) => {
    try {
      answer({ kind: 'decided', id, results: policy.evaluate(input, start.entrypoint) });
    } catch (error) {
      answer({ kind: 'trapped', id, message: textOf(error) });
    }
  });
  answer({ kind: 'ready' });
}

/** The SDK looks a built-in up only when it is called; a gate has to know before it is asked. */
function neededBuiltins(policy: LoadedPolicy): readonly string[] {
  const exports = policy.wasmInstance.exports as unknown as OpaExports;
  const bytes = new Uint8Array(policy.mem.buffer);
  const from = exports.opa_json_dump(exports.builtins());
  return Object.keys(JSON.parse(new TextDecoder().decode(bytes.subarray(from, bytes.indexOf(0, from)))) as object);
}

/** The SDK throws strings as well as errors. */
function textOf(error: unknown): string {
  return error instanceof Error ? error.message : typeof error === 'string' ? error : JSON.stringify(error);
}

main().catch((error: unknown) => answer({ kind: 'broken', message: textOf(error) }));
