import type { BundleInfo, RolloutMode } from '@fleetmend/model';

/** A bundle that a rollout brings to a cluster, and the one that the cluster goes back to. */
export interface Trial {
  /** `namespace/name` of the PolicyRollout. */
  readonly rollout: string;
  /** Its present climb: what was counted in an earlier one is another story. */
  readonly climb: string;
  readonly mode: RolloutMode;
  readonly candidate: BundleInfo;
  readonly lastGood: BundleInfo;
}

/** Which bundle decides in a cluster, and which one is tried there beside it. */
export interface Assignment {
  readonly decides: BundleInfo;
  readonly trial?: Trial | undefined;
}

/** What a candidate made of one plan, compared with the bundle that it is to replace. */
export interface Comparison {
  readonly cluster: string;
  readonly trial: Trial;
  /** The same plan judged again is the same decision. */
  readonly plan: { readonly request: string; readonly digest: string; readonly kind: string };
  readonly evalError: boolean;
  readonly newDeny: boolean;
  readonly newAllow: boolean;
}

/** One decision that counted in a cluster, with what it was made from, so that it can be judged again. */
export interface Judged {
  readonly cluster: string;
  readonly bundle: BundleInfo;
  readonly plan: Comparison['plan'];
  /** `remediation.gate/v1`. */
  readonly input: unknown;
  readonly denied: boolean;
}

/** Which policy bundle judges where. Without it the engine's active bundle judges everywhere. */
export interface Bundles {
  assigned(cluster: string): Assignment;
  compared(comparison: Comparison): void;
  judged(judged: Judged): void;
}
