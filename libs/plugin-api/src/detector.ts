import type { Duration } from '@fleetmend/kernel';
import type { Finding, KubeObject } from '@fleetmend/model';

/** The agent's projected cache: what the cluster looks like now, of the kinds that detectors declared. */
export interface World {
  get(apiVersion: string, kind: string, namespace: string | undefined, name: string): KubeObject | undefined;
  list(apiVersion: string, kind: string, namespace?: string): readonly KubeObject[];
  /** The controller owners of an object from the nearest to the top, as far as the cache holds them. */
  owners(object: KubeObject): readonly KubeObject[];
  /** Events that involve the object, newest first. */
  events(object: KubeObject): readonly KubeObject[];
}

/** What a detector reads: the agent watches exactly the union of these, and its ClusterRole is generated from it. */
export interface ResourceRead {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  /** Dotted paths that survive the projection: `status.containerStatuses`; a dot inside a name is written `\\.`. */
  readonly fields: readonly string[];
}

/** Sees one kind of failure in the status of objects. Pure: the same object and world give the same findings. */
export interface Detector {
  readonly kind: string;
  readonly classes: readonly string[];
  readonly reads: readonly ResourceRead[];
  /** The kinds whose changes make it look again. */
  readonly inspects: readonly string[];
  /** How long, or how often, a finding must hold before it is reported. */
  readonly dwell: { readonly time: Duration; readonly restarts?: number };
  /** A longer time for findings that more often heal by themselves than the others. */
  readonly patience?: (finding: Finding) => Duration;
  /** Kinds of detectors whose finding on the same (owner, container) says more: ours is then an echo and is not reported. */
  readonly explainedBy: readonly string[];
  /** Its findings are about owners, and whatever is seen in a pod of the same owner says more. */
  readonly explainedByPods?: boolean;
  inspect(object: KubeObject, world: World): readonly Finding[];
}
