import { join } from 'node:path';
import { opaWasm } from '@fleetmend/policy-engines';
import { installedRenderers, rendererPath } from '@fleetmend/render';
import { systemClock } from '@fleetmend/telemetry';
import type { FleetParts } from './virtual-fleet.ts';

const BUNDLE = join(import.meta.dirname, '../../policies/bundle');

/** Starts what every scenario of this process shares; whoever asks closes the policy engine. */
export async function fleetParts({ env, warn }: { readonly env: Readonly<Record<string, string | undefined>>; readonly warn: (message: string) => void }): Promise<FleetParts> {
  const policyEngine = await opaWasm.create({ bundle: BUNDLE, limitMs: 20_000 }, { clock: systemClock, fetch, stateDir: '', log: { info: () => undefined, warn } });
  return { policyEngine, path: rendererPath(env), renderers: installedRenderers(env) };
}
