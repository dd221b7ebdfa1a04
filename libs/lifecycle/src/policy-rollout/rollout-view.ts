import { digestOf, type Instant } from '@fleetmend/kernel';
import type { DecisionCounts, PolicyRolloutSpec, PolicyRolloutStatus, RolloutMode, RolloutState } from '@fleetmend/model';
import type { ApprovalView } from '../view.ts';

/** One cluster of the fleet, as far as waves select it, and a bundle has its place in it. */
export interface LabelledCluster {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What bundles have put into the cluster itself; absent: nothing that anybody told of. `whole`: one bundle's, and all of it. */
  readonly inCluster?: { readonly digest?: string | undefined; readonly whole: boolean } | undefined;
}

/** Another rollout, and the clusters that its waves select. */
export interface OtherRollout {
  readonly name: string;
  readonly state: RolloutState;
  readonly clusters: readonly string[];
}

/** Whether the bundle is here, whole, and the one that the digest names. `refused`: no retry helps. */
export type BundleReadiness = { readonly state: 'ready' } | { readonly state: 'missing' | 'refused'; readonly message: string };

/** Everything that the next status of a rollout may depend on, gathered at one moment. */
export interface RolloutView {
  readonly name: string;
  readonly spec: PolicyRolloutSpec;
  readonly status: PolicyRolloutStatus;
  /** Of the object: it grows with every change of the spec, and never returns to an earlier one. */
  readonly generation: number;
  readonly clusters: readonly LabelledCluster[];
  /** What was counted in one cluster since it entered that mode of this climb. */
  readonly counted: (cluster: string, mode: RolloutMode) => DecisionCounts;
  readonly bundle: BundleReadiness;
  readonly others: readonly OtherRollout[];
  /** Approvals of this rollout, already matched by uid; `planDigest` is the step that they are for. */
  readonly approvals: readonly ApprovalView[];
  readonly now: Instant;
}

export const NOTHING_COUNTED: DecisionCounts = { decisions: 0, replayed: 0, evalErrors: 0, newDenies: 0, newAllows: 0, verified: 0, failedVerifications: 0 };

/** What a climb is of: everything but the pause, which neither begins nor ends one. */
export function climbOf({ bundle, waves, stages, halt, halted }: PolicyRolloutSpec): string {
  return digestOf({ bundle, waves, stages, halt, halted });
}

/** What a human says yes or no to: that this bundle enters a wave (`Start`), or that it leaves a stage although it allows there what was denied. */
export type StepKind = 'Start' | `Widen ${RolloutMode}`;

/**
 * Names one step of one climb. The spec alone would not do: who goes from a bundle to another and back has the same spec again,
 * and a climb that nobody said yes to.
 */
export function stepOf({ spec, status }: Pick<RolloutView, 'spec' | 'status'>, wave: string, kind: StepKind): string {
  return digestOf({ climb: climbOf(spec), generation: status.generation ?? 0, wave, kind });
}

export function stateOf({ status }: Pick<RolloutView, 'status'>): RolloutState {
  return status.state ?? 'Pending';
}
