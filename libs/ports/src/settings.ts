import type { FleetClusterSpec, FleetClusterStatus, RemediationApprovalSpec, RemediationPolicySpec, RepoBindingSpec } from '@fleetmend/model';

/** One of our other kinds, as read: name, namespace, labels, spec. */
export interface Setting<Spec> {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: Spec;
  /** User that the API server vouches for, on approvals. */
  readonly createdAt: string;
}

export interface FleetCluster extends Setting<FleetClusterSpec> {
  readonly status: FleetClusterStatus;
}

/**
 * What people have written down: policies, bindings, clusters, approvals. Read fresh before every write to a forge.
 * An unreadable answer throws: no answer is never "nothing is forbidden".
 */
export interface Settings {
  policies(): Promise<readonly Setting<RemediationPolicySpec>[]>;
  bindings(): Promise<readonly Setting<RepoBindingSpec>[]>;
  clusters(): Promise<readonly FleetCluster[]>;
  /** Empty, with `trusted: false`, when the admission policy that forces `approver` is not in place. */
  approvals(): Promise<{ readonly trusted: boolean; readonly approvals: readonly Setting<RemediationApprovalSpec>[] }>;
}
