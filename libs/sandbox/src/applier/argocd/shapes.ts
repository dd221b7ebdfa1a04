import type { KubeObject } from '../../objects.ts';
import type { Health } from './health.ts';

export const APPLICATION = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application' } as const;
export const APPLICATION_SET = { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet' } as const;
export const ARGO_NAMESPACE = 'argocd';
/** Who writes Applications, and who applies what they name. */
export const CONTROLLER = { manager: 'argocd-application-controller' } as const;
export const ARGO_MANAGER = 'argocd-controller';
export const TRACKING_ID = 'argocd.argoproj.io/tracking-id';
export const RESOURCES_FINALIZER = 'resources-finalizer.argocd.argoproj.io';

export interface HelmSource {
  readonly releaseName?: string;
  readonly namespace?: string;
  readonly valueFiles?: readonly string[];
  readonly values?: string;
  readonly valuesObject?: Readonly<Record<string, unknown>>;
  readonly parameters?: readonly { readonly name: string; readonly value?: string; readonly forceString?: boolean }[];
  readonly fileParameters?: readonly { readonly name: string; readonly path: string }[];
  readonly ignoreMissingValueFiles?: boolean;
  readonly skipCrds?: boolean;
  readonly skipSchemaValidation?: boolean;
  readonly kubeVersion?: string;
  readonly apiVersions?: readonly string[];
}

export interface KustomizeSource {
  readonly namePrefix?: string;
  readonly nameSuffix?: string;
  readonly namespace?: string;
  readonly images?: readonly string[];
  readonly replicas?: readonly { readonly name: string; readonly count: number | string }[];
  readonly commonLabels?: Readonly<Record<string, string>>;
  readonly commonAnnotations?: Readonly<Record<string, string>>;
  readonly labelWithoutSelector?: boolean;
  readonly labelIncludeTemplates?: boolean;
  readonly patches?: readonly Readonly<Record<string, unknown>>[];
  readonly components?: readonly string[];
  readonly ignoreMissingComponents?: boolean;
}

export interface ApplicationSource {
  readonly repoURL: string;
  readonly path?: string;
  readonly targetRevision?: string;
  readonly chart?: string;
  readonly ref?: string;
  readonly name?: string;
  readonly helm?: HelmSource;
  readonly kustomize?: KustomizeSource;
  readonly directory?: { readonly recurse?: boolean; readonly include?: string; readonly exclude?: string };
}

/** Manifests are rendered from the dry source into a branch, and applied from there. */
export interface SourceHydrator {
  readonly drySource: { readonly repoURL: string; readonly path: string; readonly targetRevision: string };
  readonly syncSource: { readonly targetBranch: string; readonly path: string };
  /** Where people promote them from; absent: straight into the branch that is synced. */
  readonly hydrateTo?: { readonly targetBranch: string };
}

export interface HydrateOperation {
  readonly phase: 'Hydrating' | 'Hydrated' | 'Failed';
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly message?: string;
  readonly drySHA?: string;
  readonly hydratedSHA?: string;
  readonly sourceHydrator: SourceHydrator;
}

/** What stands for the one source of an Application that has several. */
export const EMPTY_SOURCE: ApplicationSource = { repoURL: '' };

/** Empty for a source that is only referred to. */
export type SourceType = 'Directory' | 'Helm' | 'Kustomize' | '';

export interface ResourceStatus {
  readonly group?: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly status?: 'Synced' | 'OutOfSync' | 'Unknown';
  readonly health?: { readonly status: Health; readonly message?: string };
  readonly hook?: boolean;
  readonly requiresPruning?: boolean;
  readonly syncWave?: number;
}

export interface SyncResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly status?: 'Synced' | 'SyncFailed' | 'Pruned' | 'PruneSkipped';
  readonly message: string;
  readonly hookPhase?: string;
  readonly hookType?: string;
  readonly syncPhase: string;
  readonly images?: readonly string[];
}

/** At which commit, of one source or of several. */
export interface Revisions {
  readonly revision?: string;
  readonly revisions?: readonly string[];
}

export interface Sources {
  readonly source?: ApplicationSource;
  readonly sources?: readonly ApplicationSource[];
}

export interface SyncOperation extends Revisions {
  readonly prune?: boolean;
  readonly syncOptions?: readonly string[];
}

export interface RetryStrategy {
  readonly limit?: number;
  readonly backoff?: { readonly duration?: string; readonly factor?: number; readonly maxDuration?: string };
}

export interface Operation {
  readonly sync?: SyncOperation;
  readonly initiatedBy?: { readonly automated?: boolean; readonly username?: string };
  readonly retry?: RetryStrategy;
}

export interface OperationState {
  readonly phase: 'Running' | 'Succeeded' | 'Failed' | 'Error';
  readonly message?: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly retryCount?: number;
  readonly operation: Operation;
  readonly syncResult?: Revisions & Sources & { readonly resources?: readonly SyncResource[] };
}

export interface ApplicationCondition {
  readonly type: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

export interface ApplicationStatus {
  readonly controllerNamespace?: string;
  readonly sync?: Revisions & { readonly status: 'Synced' | 'OutOfSync' | 'Unknown'; readonly comparedTo: Readonly<Record<string, unknown>> };
  readonly health?: { readonly status: Health; readonly lastTransitionTime?: string };
  readonly resources?: readonly ResourceStatus[];
  readonly operationState?: OperationState;
  readonly history?: readonly (Revisions & Sources & { readonly id: number; readonly deployedAt: string; readonly deployStartedAt?: string; readonly initiatedBy?: object })[];
  readonly conditions?: readonly ApplicationCondition[];
  readonly reconciledAt?: string;
  readonly sourceType?: SourceType;
  readonly sourceTypes?: readonly SourceType[];
  readonly summary?: { readonly images?: readonly string[] };
  readonly sourceHydrator?: {
    readonly currentOperation?: HydrateOperation;
    readonly lastSuccessfulOperation?: { readonly drySHA: string; readonly hydratedSHA: string; readonly sourceHydrator: SourceHydrator };
  };
}

export interface IgnoreDifference {
  readonly group?: string;
  readonly kind: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly jsonPointers?: readonly string[];
  readonly jqPathExpressions?: readonly string[];
}

export interface Application extends KubeObject {
  readonly spec: Sources & {
    readonly sourceHydrator?: SourceHydrator;
    readonly project?: string;
    readonly destination: { readonly server?: string; readonly name?: string; readonly namespace?: string };
    readonly syncPolicy?: {
      readonly automated?: { readonly prune?: boolean; readonly selfHeal?: boolean; readonly enabled?: boolean; readonly allowEmpty?: boolean };
      readonly syncOptions?: readonly string[];
      readonly retry?: RetryStrategy;
    };
    readonly ignoreDifferences?: readonly IgnoreDifference[];
  };
  readonly operation?: Operation;
  readonly status?: ApplicationStatus;
}

/** The sources in order, and whether the Application has several: then its status speaks in lists. */
export function sourcesOf({ spec }: Application): { readonly sources: readonly ApplicationSource[]; readonly several: boolean } {
  if (spec.sourceHydrator) {
    const { drySource, syncSource } = spec.sourceHydrator;
    return { sources: [{ repoURL: drySource.repoURL, path: syncSource.path, targetRevision: syncSource.targetBranch }], several: false };
  }
  const several = (spec.sources ?? []).length > 0;
  return { sources: several ? (spec.sources ?? []) : spec.source ? [spec.source] : [], several };
}

export function hasOption(options: readonly string[] | undefined, option: string): boolean {
  return options?.includes(option) ?? false;
}

/** `argocd.argoproj.io/sync-options: Prune=false,Replace=true` and its likes. */
export function hasAnnotationOption({ metadata }: KubeObject, annotation: string, option: string): boolean {
  return (metadata.annotations?.[annotation] ?? '').split(',').some((one) => one.trim() === option);
}

export const SYNC_OPTIONS = 'argocd.argoproj.io/sync-options';
