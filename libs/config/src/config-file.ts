import { z } from 'zod';
import { AgentConfig } from './agent-config.ts';
import { HubConfig } from './hub-config.ts';

/** `fleetmend.yaml`: one file for hub and agent; each reads its own part and refuses mistakes in both. */
export const ConfigFile = z.strictObject({
  hub: HubConfig.optional().describe('Read by the hub.'),
  agent: AgentConfig.optional().describe('Read by the agent.'),
});
export type ConfigFile = z.infer<typeof ConfigFile>;
