import { z } from 'zod';
import { digest } from './bounded.ts';

/** Annotation of what a bundle has for a cluster itself (Gatekeeper, ValidatingAdmissionPolicy): the digest of that bundle. */
export const BUNDLE_DIGEST = 'fleetmend.dev/bundle-digest';

/** Which bundles the objects with that annotation are of. No digest, and whole: the cluster has none of them. */
export const InClusterPolicy = z.object({
  digests: z.array(digest()).max(8),
  /** All are of one bundle, and Gatekeeper has taken its templates. */
  whole: z.boolean(),
});
export type InClusterPolicy = z.infer<typeof InClusterPolicy>;
