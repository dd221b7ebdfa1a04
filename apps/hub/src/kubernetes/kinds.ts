import type { ResourceType } from '@fleetmend/k8s';
import { GROUP_VERSION } from '@fleetmend/model';

const ours = (kind: string, resource: string, namespaced = true): ResourceType => ({ apiVersion: GROUP_VERSION, kind, resource, namespaced });

/** Our six kinds, as URLs need them. */
export const KINDS = {
  request: ours('RemediationRequest', 'remediationrequests'),
  policy: ours('RemediationPolicy', 'remediationpolicies'),
  binding: ours('RepoBinding', 'repobindings'),
  approval: ours('RemediationApproval', 'remediationapprovals'),
  rollout: ours('PolicyRollout', 'policyrollouts'),
  cluster: ours('FleetCluster', 'fleetclusters', false),
} as const;

export const EVENT: ResourceType = { apiVersion: 'v1', kind: 'Event', resource: 'events', namespaced: true };
export const LEASE: ResourceType = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', resource: 'leases', namespaced: true };
export const NAMESPACE: ResourceType = { apiVersion: 'v1', kind: 'Namespace', resource: 'namespaces', namespaced: false };

/** What has to vouch for approvals before the hub counts one. */
export const ADMISSION_KINDS = {
  policy: { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', resource: 'validatingadmissionpolicies', namespaced: false },
  binding: { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', resource: 'validatingadmissionpolicybindings', namespaced: false },
} as const satisfies Readonly<Record<string, ResourceType>>;
