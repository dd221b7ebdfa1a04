import { Label } from '@fleetmend/model';
import { z } from 'zod';
import { Bus, Kubernetes, Log } from './config-parts.ts';

/** The whole config of the optional dry-run process. */
export const DryRunConfig = z.strictObject({
  cluster: Label.describe('Name of this cluster in the fleet, as its bus credential says.'),
  namespace: z.string().min(1).max(63).default('fleetmend-system').describe('Where the process tries, at its start, to write for real, and has to be denied.'),
  policy: z.string().min(1).max(253).default('fleetmend-dry-run').describe('Name of the ValidatingAdmissionPolicy that denies this process every real write.'),
  kubernetes: Kubernetes.describe('The cluster to ask.'),
  bus: Bus,
  log: Log,
});
export type DryRunConfig = z.infer<typeof DryRunConfig>;
