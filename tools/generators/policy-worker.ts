import { renderWorker } from '../../libs/policy-engines/generate-worker.ts';
import type { Generated } from './generated.ts';

/** The thread that judges, bundled with the OPA SDK into one script. */
export async function policyWorker(): Promise<Generated> {
  return new Map([['libs/policy-engines/src/opa-wasm/worker.generated.ts', await renderWorker()]]);
}
