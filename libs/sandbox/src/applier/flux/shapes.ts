import { minutes, parseDuration, seconds } from '@fleetmend/kernel';
import type { Duration } from '@fleetmend/kernel';
import type { KubeObject } from '../../objects.ts';
import type { Condition } from '../../physics/shapes/pod.ts';

export const GIT_REPOSITORY = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' } as const;
export const HELM_CHART = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmChart' } as const;
export const KUSTOMIZATION = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' } as const;
export const HELM_RELEASE = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease' } as const;

/** Of every kind of Flux. Source: fluxcd.io/flux/components, "Finalizers". */
export const FLUX_FINALIZER = 'finalizers.fluxcd.io';
export const REQUESTED_AT = 'reconcile.fluxcd.io/requestedAt';

/** How soon something that waits for a dependency or a source looks again; the controllers' flag `--requeue-dependency`. */
export const DEPENDENCY_REQUEUE: Duration = seconds(5);

export interface FluxStatus {
  readonly observedGeneration?: number;
  readonly lastHandledReconcileAt?: string;
  readonly conditions?: readonly Condition[];
}

export interface Artifact {
  readonly revision: string;
  readonly digest?: string;
  readonly lastUpdateTime?: string;
  readonly path?: string;
  readonly url?: string;
}

export interface GitRepository extends KubeObject {
  readonly spec: {
    readonly url: string;
    readonly interval?: string;
    readonly ref?: { readonly branch?: string; readonly tag?: string; readonly semver?: string; readonly name?: string; readonly commit?: string };
    readonly suspend?: boolean;
  };
  readonly status?: FluxStatus & { readonly artifact?: Artifact };
}

export interface InventoryEntry {
  /** `namespace_name_group_Kind` */
  readonly id: string;
  /** The API version without its group. */
  readonly v: string;
}

export interface SourceRef {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

export interface KustomizeImage {
  readonly name: string;
  readonly newName?: string;
  readonly newTag?: string;
  readonly digest?: string;
}

export interface KustomizePatch {
  readonly patch: string;
  readonly target?: Readonly<Record<string, string>>;
}

export interface Kustomization extends KubeObject {
  readonly spec: {
    readonly path?: string;
    readonly interval?: string;
    readonly retryInterval?: string;
    readonly timeout?: string;
    readonly prune?: boolean;
    readonly wait?: boolean;
    readonly suspend?: boolean;
    readonly force?: boolean;
    readonly deletionPolicy?: string;
    readonly targetNamespace?: string;
    readonly namePrefix?: string;
    readonly nameSuffix?: string;
    readonly patches?: readonly KustomizePatch[];
    readonly images?: readonly KustomizeImage[];
    readonly components?: readonly string[];
    readonly ignoreMissingComponents?: boolean;
    readonly commonMetadata?: { readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>> };
    readonly healthChecks?: readonly { readonly apiVersion?: string; readonly kind: string; readonly name: string; readonly namespace?: string }[];
    readonly postBuild?: {
      readonly substitute?: Readonly<Record<string, string>>;
      readonly substituteFrom?: readonly { readonly kind: string; readonly name: string; readonly optional?: boolean }[];
      readonly substituteStrategy?: string;
    };
    readonly sourceRef: SourceRef;
    readonly dependsOn?: readonly { readonly name: string; readonly namespace?: string }[];
  };
  readonly status?: FluxStatus & {
    readonly lastAppliedRevision?: string;
    readonly lastAttemptedRevision?: string;
    readonly inventory?: { readonly entries: readonly InventoryEntry[] };
  };
}

/** `main@sha1:<sha>` → the commit. */
export function commitOf(revision: string): string {
  return revision.slice(revision.indexOf('sha1:') + 5);
}

/** A span as Flux writes it; a minute where there is none. */
export function interval(text: string | undefined): Duration {
  return text === undefined ? minutes(1) : parseDuration(text);
}

/** `3m0s`, as Go prints a span: every unit below the largest one is there. */
export function goDuration(span: Duration): string {
  const [hours, rest] = [Math.floor(span / minutes(60)), span % minutes(60)];
  const [mins, secs] = [Math.floor(rest / minutes(1)), (rest % minutes(1)) / 1000];
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || mins > 0 ? `${mins}m` : ''}${secs}s`;
}

export interface HelmChart extends KubeObject {
  readonly spec: {
    readonly chart: string;
    readonly version?: string;
    readonly interval?: string;
    readonly sourceRef: { readonly kind: string; readonly name: string };
    readonly reconcileStrategy?: string;
    readonly valuesFiles?: readonly string[];
    readonly ignoreMissingValuesFiles?: boolean;
    readonly suspend?: boolean;
  };
  readonly status?: FluxStatus & {
    readonly observedChartName?: string;
    readonly observedSourceArtifactRevision?: string;
    readonly observedValuesFiles?: readonly string[];
    /** `metadata` says which commit was packed: the revision is only the chart's version. */
    readonly artifact?: Artifact & { readonly metadata?: Readonly<Record<string, string>> };
  };
}

export interface PostRenderer {
  readonly kustomize?: { readonly patches?: readonly KustomizePatch[]; readonly images?: readonly KustomizeImage[] };
}

interface ReleaseAction {
  readonly timeout?: string;
  readonly disableWait?: boolean;
  readonly disableHooks?: boolean;
  readonly createNamespace?: boolean;
  readonly crds?: string;
  readonly remediation?: { readonly retries?: number; readonly remediateLastFailure?: boolean };
}

export interface ValuesReference {
  readonly kind: string;
  readonly name: string;
  readonly valuesKey?: string;
  readonly targetPath?: string;
  readonly optional?: boolean;
}

/** One release that was made. */
export interface Snapshot {
  readonly digest: string;
  readonly name: string;
  readonly namespace: string;
  readonly version: number;
  readonly status: string;
  readonly chartName: string;
  readonly chartVersion: string;
  readonly appVersion?: string;
  readonly configDigest: string;
  readonly firstDeployed: string;
  readonly lastDeployed: string;
  readonly deleted?: string;
}

export interface HelmRelease extends KubeObject {
  readonly spec: {
    readonly chart?: { readonly spec: Omit<HelmChart['spec'], 'sourceRef' | 'suspend'> & { readonly sourceRef: SourceRef } };
    readonly chartRef?: SourceRef;
    readonly interval?: string;
    readonly timeout?: string;
    readonly suspend?: boolean;
    readonly releaseName?: string;
    readonly targetNamespace?: string;
    readonly storageNamespace?: string;
    readonly values?: Readonly<Record<string, unknown>>;
    readonly valuesFrom?: readonly ValuesReference[];
    readonly postRenderers?: readonly PostRenderer[];
    readonly dependsOn?: readonly { readonly name: string; readonly namespace?: string }[];
    readonly install?: ReleaseAction;
    readonly upgrade?: ReleaseAction;
    readonly driftDetection?: { readonly mode?: string };
    readonly maxHistory?: number;
  };
  readonly status?: FluxStatus & {
    readonly helmChart?: string;
    readonly storageNamespace?: string;
    readonly history?: readonly Snapshot[];
    readonly inventory?: { readonly entries: readonly InventoryEntry[] };
    readonly lastAttemptedGeneration?: number;
    readonly lastAttemptedRevision?: string;
    readonly lastAttemptedConfigDigest?: string;
    readonly lastAttemptedReleaseAction?: string;
    readonly lastAppliedRevision?: string;
    readonly observedPostRenderersDigest?: string;
    readonly failures?: number;
    readonly installFailures?: number;
    readonly upgradeFailures?: number;
  };
}
