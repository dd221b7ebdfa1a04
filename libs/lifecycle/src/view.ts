import type { Instant } from '@fleetmend/kernel';
import type { BundleInfo, FailureEvent, Leader, RemediationRequest } from '@fleetmend/model';
import type { EffectivePolicy } from './effective-policy.ts';
import type { LifecycleSettings } from './settings.ts';
import type { StageName } from './stage-name.ts';

/** What the hub knows of one of the request's clusters. */
export interface ClusterView {
  readonly name: string;
  /** Last message of its agent, or when the hub began to listen; undefined: neither is known. */
  readonly lastContact: Instant | undefined;
  /** What the agent last said of this request's fingerprint; undefined: nothing since the hub started. */
  readonly entry: Pick<FailureEvent, 'state' | 'at'> | undefined;
  /** The hub's open set of this cluster equals the agent's: then no entry means that it is closed. */
  readonly synced: boolean;
}

/** One yes or no by a named human, as far as the API server vouches for it. */
export interface ApprovalView {
  readonly planDigest: string;
  readonly decision: 'Approve' | 'Reject';
  readonly approver: string;
}

/**
 * Everything that a decision may depend on, gathered at one moment. A decision reads nothing else:
 * no clock, no message, no memory of an earlier one.
 */
export interface View {
  readonly request: RemediationRequest;
  readonly now: Instant;
  readonly clusters: readonly ClusterView[];
  readonly policy: EffectivePolicy;
  /** The bundle that judges now. */
  readonly bundle: BundleInfo;
  /** Approvals of this request, already matched by uid. */
  readonly approvals: readonly ApprovalView[];
  /** The other requests of the hub. */
  readonly others: readonly RemediationRequest[];
  /** Stages that failed a moment ago and back off. Only what follows the end asks for them, so that none blocks another. */
  readonly resting: ReadonlySet<StageName>;
  readonly settings: LifecycleSettings;
  /** The request about what explains all of this one; absent: nothing does. */
  readonly parent?: Pick<Leader, 'name' | 'namespace' | 'uid'>;
}
