import { APPROVAL_ADMISSION, API_GROUP } from '@fleetmend/model';
import { ADMISSION_KINDS, EVENT, KINDS, LEASE, NAMESPACE } from './kubernetes/kinds.ts';

/** One rule of a role. */
export interface HubRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

const ours = (resources: readonly string[], ...verbs: readonly string[]): HubRule => ({ apiGroups: [API_GROUP], resources, verbs });
const status = (type: { readonly resource: string }): string => `${type.resource}/status`;

/**
 * The whole of a hub's rights, in its own cluster only: in every namespace, because each tenant is one. It reads what people
 * wrote down, writes requests and what it says about clusters and rollouts, and can make no approval. No Secret, no wildcard.
 *
 * @param namespace the hub's own, which it looks for at its start
 */
export function hubClusterRules(namespace: string): readonly HubRule[] {
  return [
    ours([KINDS.request.resource], 'get', 'list', 'watch', 'create', 'patch', 'delete'),
    ours([status(KINDS.request)], 'update'),
    ours([KINDS.cluster.resource], 'get', 'list', 'create'),
    ours([status(KINDS.cluster)], 'patch'),
    ours([KINDS.rollout.resource], 'list'),
    ours([status(KINDS.rollout)], 'update'),
    ours([KINDS.approval.resource, KINDS.binding.resource, KINDS.policy.resource], 'list'),
    { apiGroups: [''], resources: [EVENT.resource], verbs: ['create'] },
    { apiGroups: [''], resources: [NAMESPACE.resource], resourceNames: [namespace], verbs: ['get'] },
    // Questions that store nothing: who asks over HTTP, and what they may see.
    { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
    { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
    { apiGroups: ['admissionregistration.k8s.io'], resources: [ADMISSION_KINDS.policy.resource, ADMISSION_KINDS.binding.resource], resourceNames: [APPROVAL_ADMISSION], verbs: ['get'] },
  ];
}

/** What it may do in its own namespace alone: the Leases of the leader and of the clusters' heartbeats. */
export const HUB_NAMESPACE_RULES: readonly HubRule[] = [{ apiGroups: ['coordination.k8s.io'], resources: [LEASE.resource], verbs: ['get', 'create', 'update', 'patch'] }];
