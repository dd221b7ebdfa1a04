import type { Admission } from '../api/cluster.ts';
import { allowClaimResize } from './claim-resize.ts';
import { enforceLimitRanges, setDefaultLimits } from './limit-ranger.ts';
import { requireNamespace } from './namespace-lifecycle.ts';
import { defaultAddedFields, defaultStorageClass, mountServiceAccount, resolvePriority, resolveRuntimeClass, tolerateLostNodes } from './pod-admission.ts';
import { enforcePodSecurity } from './pod-security.ts';
import { createPolicyAdmission } from './policies/policy-admission.ts';
import { enforceQuota } from './quota.ts';
import { callWebhooks } from './webhooks.ts';

/** The admission chain, in the order in which the real server runs its own. */
export function createAdmission(): Admission {
  return {
    mutating: [requireNamespace, setDefaultLimits, mountServiceAccount, resolvePriority, resolveRuntimeClass, tolerateLostNodes, defaultStorageClass, defaultAddedFields, callWebhooks('mutating')],
    validating: [enforceLimitRanges, allowClaimResize, enforcePodSecurity, createPolicyAdmission(), callWebhooks('validating'), enforceQuota],
  };
}
