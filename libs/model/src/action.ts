import { z } from 'zod';
import { ObjectRef } from './object.ts';

const Container = z.string().min(1).max(63);
const Amount = z.string().regex(/^\d+(\.\d+)?(m|[KMGT]i?)?$/).max(16);
const ResourceAmounts = z.object({ cpu: Amount.optional(), memory: Amount.optional(), 'ephemeral-storage': Amount.optional() });

/** Path from an object's root: field names, and `[name=app]` for the list item whose key has that value. */
export const FieldPath = z.array(z.string().min(1).max(256)).min(1).max(24);
export type FieldPath = z.infer<typeof FieldPath>;

/**
 * The closed catalogue of what a reasoner may ask for. It never returns YAML, a path in the repository, or pull-request text;
 * the hub turns an action into an edit, and every scalar in one must be a bounded number, an earlier value from Git,
 * a name that exists, or a constant.
 */
export const Action = z.discriminatedUnion('action', [
  z.object({ action: z.literal('setResources'), container: Container, requests: ResourceAmounts.optional(), limits: ResourceAmounts.optional() }),
  z.object({
    action: z.literal('setImage'),
    container: Container,
    image: z.string().min(1).max(512),
    /** Where the image is known to be good from. */
    provenance: z.enum(['GitHistory', 'HealthyReplicaSet', 'HealthyCluster']),
  }),
  z.object({ action: z.literal('setReplicas'), replicas: z.int().min(1).max(1000) }),
  /** Puts fields back to what they were in an earlier commit. */
  z.object({ action: z.literal('restoreField'), object: ObjectRef.optional(), path: FieldPath, commit: z.string().regex(/^[0-9a-f]{40}$/) }),
  /** Nothing that a manifest can mend, or nothing that is safe: a human should look, and at what. */
  z.object({ action: z.literal('abstain'), reason: z.string().max(64), lookAt: z.string().max(512) }),
]);
export type Action = z.infer<typeof Action>;
export type ActionName = Action['action'];
export const ACTION_NAMES = ['setResources', 'setImage', 'setReplicas', 'restoreField', 'abstain'] as const satisfies readonly ActionName[];
