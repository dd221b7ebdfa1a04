import type { KubeObject } from '../../objects.ts';
import type { Health } from './health.ts';

export const APPLICATION = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application' } as const;

export interface ApplicationSource {
  readonly repoURL: string;
  readonly path?: string;
  readonly targetRevision?: string;
  readonly chart?: string;
  readonly helm?: unknown;
}

export interface ResourceStatus {
  readonly group?: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly status: 'Synced' | 'OutOfSync' | 'Unknown';
  readonly health?: { readonly status: Health; readonly message?: string };
  readonly requiresPruning?: boolean;
}

export interface SyncResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly status: 'Synced' | 'SyncFailed' | 'Pruned';
  readonly message: string;
  readonly hookPhase?: string;
  readonly syncPhase: 'Sync';
}

export interface OperationState {
  readonly phase: 'Running' | 'Succeeded' | 'Failed' | 'Error';
  readonly message?: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly retryCount?: number;
  readonly operation: Readonly<Record<string, unknown>>;
  readonly syncResult?: { readonly revision: string; readonly source: ApplicationSource; readonly resources?: readonly SyncResource[] };
}

export interface ApplicationStatus {
  readonly controllerNamespace?: string;
  readonly sync?: { readonly status: 'Synced' | 'OutOfSync' | 'Unknown'; readonly revision?: string; readonly comparedTo: Readonly<Record<string, unknown>> };
  readonly health?: { readonly status: Health; readonly lastTransitionTime?: string };
  readonly resources?: readonly ResourceStatus[];
  readonly operationState?: OperationState;
  readonly history?: readonly { readonly id: number; readonly revision: string; readonly deployedAt: string; readonly deployStartedAt?: string; readonly source: ApplicationSource }[];
  readonly conditions?: readonly { readonly type: string; readonly message: string; readonly lastTransitionTime: string }[];
  readonly reconciledAt?: string;
  readonly sourceType?: string;
  readonly summary?: { readonly images?: readonly string[] };
}

export interface Application extends KubeObject {
  readonly spec: {
    readonly source?: ApplicationSource;
    readonly sources?: readonly ApplicationSource[];
    readonly destination: { readonly server?: string; readonly name?: string; readonly namespace?: string };
    readonly syncPolicy?: {
      readonly automated?: { readonly prune?: boolean; readonly selfHeal?: boolean; readonly enabled?: boolean };
      readonly syncOptions?: readonly string[];
      readonly retry?: { readonly limit?: number };
    };
  };
  readonly operation?: { readonly sync?: { readonly revision?: string; readonly prune?: boolean } };
  readonly status?: ApplicationStatus;
}

export const TRACKING_ID = 'argocd.argoproj.io/tracking-id';
