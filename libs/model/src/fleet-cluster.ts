import { z } from 'zod';
import { Condition, count, digest, text, time } from './bounded.ts';

/** One cluster of the fleet. Its heartbeat is a Lease that the hub writes; labels and `spec.gitops` belong to the platform team. */
export const FleetClusterSpec = z.object({
  gitops: z
    .object({
      engine: text(32),
      /** Whose API holds the engine's objects: `agent` (this cluster), `hub`, or another cluster's name. */
      readFrom: text(63).default('agent'),
      argoDestination: z.object({ name: text(253).optional(), server: text(512).optional() }).optional(),
    })
    .optional(),
});
export type FleetClusterSpec = z.infer<typeof FleetClusterSpec>;

export const FleetClusterStatus = z.object({
  agent: z.object({ version: text(32), lastSeen: time() }).optional(),
  policy: z
    .object({
      /** The bundle that decides about changes of this cluster. */
      assigned: digest().optional(),
      /** The bundle of the latest verdict here. */
      judged: digest().optional(),
      /** The bundle whose objects (Gatekeeper, ValidatingAdmissionPolicy) stand in the cluster. Absent: none, or those of several. */
      inCluster: digest().optional(),
      /** False: some are of another bundle, or Gatekeeper has not taken one. Absent: the cluster has none, or its agent cannot tell. */
      inClusterWhole: z.boolean().optional(),
      /** What the cluster goes back to when a rollout halts: the bundle of the latest completed one. Absent: the configured one. */
      lastGood: digest().optional(),
      lastGoodSince: time().optional(),
    })
    .optional(),
  open: count().optional(),
  conditions: z.array(Condition).max(8).optional(),
});
export type FleetClusterStatus = z.infer<typeof FleetClusterStatus>;
