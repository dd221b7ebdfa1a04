import { Label } from '@fleetmend/model';
import { z } from 'zod';
import { Bus, duration, Kubernetes, Log, Profile } from './config-parts.ts';

/** The whole config of an agent. */
export const AgentConfig = z.strictObject({
  profile: Profile,
  cluster: Label.describe('Name of this cluster in the fleet: a label as in RFC 1123, and what its bus credential says.'),
  kubernetes: Kubernetes.describe('The cluster to watch. The agent only ever reads.'),
  bus: Bus,
  stateDir: z.string().min(1).default('/var/lib/fleetmend-agent').describe('Folder for evidence that would die with its pod.'),
  heartbeat: duration().optional().describe('How often the digest of what is open goes to the hub. Production 60s, sandbox 5s.'),
  podLogs: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Read container logs as evidence.'),
      namespaces: z.array(z.string().min(1).max(63)).default(['*']).describe('Only in these; `*` is all.'),
    })
    .prefault({}),
  log: Log,
});
export type AgentConfig = z.infer<typeof AgentConfig>;
