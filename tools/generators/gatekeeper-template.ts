import { readBundle } from '@fleetmend/policy-engines';
import { renderGatekeeperTemplate } from '../../policies/gatekeeper.ts';
import { BUNDLE } from '../../policies/sources.ts';
import type { Generated } from './generated.ts';

/** The rules as a Gatekeeper ConstraintTemplate. */
export async function gatekeeperTemplate(): Promise<Generated> {
  return new Map([['policies/gatekeeper/template.yaml', renderGatekeeperTemplate(readBundle({ path: BUNDLE }).info.digest)]]);
}
