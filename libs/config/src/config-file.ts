import { z } from 'zod';
import { AgentConfig } from './agent-config.ts';
import { DryRunConfig } from './dry-run-config.ts';
import { HubConfig } from './hub-config.ts';

/** `fleetmend.yaml`: one file for hub, agent and dry-run process; each reads its own part and refuses mistakes in all. */
export const ConfigFile = z.strictObject({
  hub: HubConfig.optional().describe('Read by the hub.'),
  agent: AgentConfig.optional().describe('Read by the agent.'),
  dryRun: DryRunConfig.optional().describe('Read by the optional dry-run process.'),
});
export type ConfigFile = z.infer<typeof ConfigFile>;
