import { renderConfigReference } from '@fleetmend/config';
import type { Generated } from './generated.ts';

/** docs/config.md, from the schemas that read the config file. */
export function configReference(): Generated {
  return new Map([['docs/config.md', renderConfigReference()]]);
}
