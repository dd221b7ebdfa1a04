import type { Duration } from '@fleetmend/kernel';
import type { KubeObject, ObjectRef } from '@fleetmend/model';

/** Reads objects for an engine, wherever they live: the workload cluster's agent, another one, or the hub. Empty: none. */
export type ReadObjects = (query: { readonly apiVersion: string; readonly kind: string; readonly namespace?: string; readonly name?: string }) => Promise<readonly KubeObject[]>;

export interface ApplicationSource {
  readonly repoURL: string;
  readonly path: string;
  readonly revision: string;
  /** Last applied commit of this source, where sources have several. */
  readonly applied?: string | undefined;
}

/** A chart out of a chart repository, as the engine's object asks for it, and what was deployed of it last. */
export interface DeployedChart {
  /** How the engine's object names the repository: by its address, or by the object that has it, `HelmRepository flux-system/charts`. */
  readonly from: string;
  /** `https://…` of a Helm repository, or `oci://…` up to and with the chart. */
  readonly repository: string;
  readonly name: string;
  /** Version or range; undefined: any. Where another object says it, whatever tells one saying from another. */
  readonly asked: string | undefined;
  /** Exact, as it was deployed last; undefined: not known. */
  readonly version: string | undefined;
  /** Digest of its manifest in a registry, where the engine tells. */
  readonly digest?: string | undefined;
}

/** The engine's own object that puts the target into the cluster. */
export interface Application {
  readonly engine: string;
  readonly ref: ObjectRef;
  /** The object in Git that another controller renders the target from, such as a HelmRelease, or an Application of charts alone: the sources hold it, not the target. */
  readonly renderedBy?: ObjectRef | undefined;
  /** Sources in order; raw layouts have one. Where all that it renders are charts of chart repositories, those that hold its own object. */
  readonly sources: readonly ApplicationSource[];
  /** Where the engine puts objects: those that name no namespace, or with `override` all of them. */
  readonly namespace?: { readonly name: string; readonly override: boolean } | undefined;
  /** Last applied commit, when known. */
  readonly applied: string | undefined;
  /** The engine reports that the current revision could not be built or applied. */
  readonly refused: string | undefined;
  /** What of the engine is suspended, so that no commit is applied until somebody resumes it; absent: commits are applied. */
  readonly suspended?: ObjectRef | undefined;
  readonly evidence: readonly string[];
  /** How long it may take until what somebody changed by hand is put back; absent: nobody puts it back. */
  readonly healsWithin?: Duration | undefined;
  /** The engine's own object as it is live, where a layout needs more of it than its sources: values, parameters, overrides. */
  readonly object?: KubeObject | undefined;
  /** Sources of the application that applies the engine's own object: of several files that hold one of its name, the one below them is it. */
  readonly heldIn?: readonly Pick<Application['sources'][number], 'path'>[] | undefined;
  /** Charts that it takes out of chart repositories. */
  readonly charts?: readonly DeployedChart[] | undefined;
}

export interface RolloutState {
  readonly state: 'Waiting' | 'Applied' | 'Refused' | 'Suspended' | 'Unknown';
  readonly revision: string | undefined;
  readonly message: string;
}

export interface EngineContext {
  readonly cluster: string;
  readonly read: ReadObjects;
  /** Whose API `read` asks: absent, or equal to `cluster`, where the engine lives in the cluster that it applies to. */
  readonly readFrom?: string | undefined;
  /** How the engine names this cluster as a destination, when it lives elsewhere. */
  readonly destination?: { readonly name?: string | undefined; readonly server?: string | undefined } | undefined;
}

/** What applies Git to a cluster. We read its objects and never write them. */
export interface GitOpsEngine {
  readonly kind: string;
  /** Undefined: this engine does not own the target. A label alone proves nothing. */
  findApplication(target: KubeObject, context: EngineContext): Promise<Application | undefined>;
  /** Everything that it applies to this cluster, whoever owns what: whose folders are rendered from a file is read off it. */
  listApplications(context: EngineContext): Promise<readonly Application[]>;
  /** Has `commit`, or a descendant of it, been applied? */
  readRollout(input: { readonly application: ObjectRef; readonly commit: string; readonly isAncestor: (ancestor: string, descendant: string) => Promise<boolean> }, context: EngineContext): Promise<RolloutState>;
}
