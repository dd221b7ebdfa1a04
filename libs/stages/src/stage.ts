import type { Clock, Duration, Random } from '@fleetmend/kernel';
import type { LifecycleSettings, StageName, View } from '@fleetmend/lifecycle';
import type { RemediationRequestStatus } from '@fleetmend/model';
import type { Forge, GitOpsEngine, Notifier, PolicyEngine, Reasoner, SourceLayout, VectorStore } from '@fleetmend/plugin-api';
import type { Attest, Audit, Bundles, Charts, Clusters, DryRun, Evidence, OpenSet, Repositories, Requests, Settings } from '@fleetmend/ports';
import type { ApplicationIndex } from './propose/application-index.ts';

/** Part of a status: the facts that one stage found out. A field set to `undefined` is taken away. */
export type Facts = { readonly [K in keyof RemediationRequestStatus]?: RemediationRequestStatus[K] | undefined };

/** One more fact, or not yet: then the request is looked at again after the given time. */
export type StageResult = { readonly fact: Facts } | { readonly notYet: Duration; readonly reason: string };

/**
 * One verb. It may run twice and finds what it did before; it throws `PermanentError` where retrying is useless,
 * and whatever else it throws is transient.
 */
export type Stage = (view: View, signal: AbortSignal) => Promise<StageResult>;
export type Stages = Readonly<Record<StageName, Stage>>;

/** Everything that stages reach the world through. Ports and plugins only. */
export interface StageDeps {
  readonly requests: Requests;
  readonly settings: Settings;
  readonly clusters: Clusters;
  /** Asks a cluster whether it would take a change; absent, or nobody there to ask: policy alone judges. */
  readonly dryRun?: DryRun | undefined;
  readonly openSet: OpenSet;
  readonly repositories: Repositories;
  /** Fetches charts of chart repositories; absent: those are for people. */
  readonly charts?: Charts | undefined;
  readonly evidence: Evidence;
  readonly audit: Audit;
  /** Why a copy of the audit trail is not complete; undefined: all are. Holds back merges by the hub, and nothing else. */
  readonly auditBehind?: (() => string | undefined) | undefined;
  /** Signs for what is pushed; absent: the hub has no key for that. */
  readonly attest?: Attest | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Throws PermanentError `UnknownForge` for a name that the config does not have. */
  readonly forge: (forgeRef: string) => Forge;
  readonly engines: readonly GitOpsEngine[];
  readonly layouts: readonly SourceLayout[];
  /** Which files the fleet's applications include, kept over proofs; absent: found anew for each. */
  readonly index?: ApplicationIndex | undefined;
  readonly reasoners: readonly Reasoner[];
  readonly policyEngine: PolicyEngine;
  /** Which bundle judges where, if not the same everywhere. */
  readonly bundles?: Bundles | undefined;
  readonly vectorStore: VectorStore;
  readonly notifiers: readonly Notifier[];
  readonly lifecycle: LifecycleSettings;
  readonly pace: Pace;
}

/** How often the world is asked again while something takes its time, and how large an edit may be. */
export interface Pace {
  readonly poll: Duration;
  readonly pollSlow: Duration;
  readonly editBudget: { readonly files: number; readonly lines: number };
}

export const productionPace: Pace = { poll: 10_000, pollSlow: 30_000, editBudget: { files: 3, lines: 20 } };
export const sandboxPace: Pace = { ...productionPace, poll: 1_000, pollSlow: 2_000 };
