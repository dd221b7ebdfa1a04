/** @module The policy engines, one line each. */
import { opaWasm } from './opa-wasm/opa-wasm.ts';

export const policyEngines = [opaWasm] as const;

export { opaWasm };
export { readBundle } from './opa-wasm/bundle.ts';
