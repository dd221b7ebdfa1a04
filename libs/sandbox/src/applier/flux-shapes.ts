import { parseDuration, seconds } from '@fleetmend/kernel';
import type { Duration } from '@fleetmend/kernel';
import type { KubeObject } from '../objects.ts';
import type { Condition } from '../physics/shapes/pod.ts';

export const GIT_REPOSITORY = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' } as const;
export const KUSTOMIZATION = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' } as const;

export interface GitRepository extends KubeObject {
  readonly spec: { readonly url: string; readonly interval?: string; readonly ref?: { readonly branch?: string }; readonly suspend?: boolean };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly artifact?: { readonly revision: string; readonly lastUpdateTime?: string };
    readonly conditions?: readonly Condition[];
  };
}

export interface InventoryEntry {
  /** `namespace_name_group_Kind` */
  readonly id: string;
  /** The API version without its group. */
  readonly v: string;
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
    readonly targetNamespace?: string;
    readonly sourceRef: { readonly kind: string; readonly name: string; readonly namespace?: string };
    readonly dependsOn?: readonly { readonly name: string; readonly namespace?: string }[];
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly lastAppliedRevision?: string;
    readonly lastAttemptedRevision?: string;
    readonly lastHandledReconcileAt?: string;
    readonly inventory?: { readonly entries: readonly InventoryEntry[] };
    readonly conditions?: readonly Condition[];
  };
}

/** `main@sha1:<sha>` → the commit. */
export function commitOf(revision: string): string {
  return revision.slice(revision.indexOf('sha1:') + 5);
}

/** A span as Flux writes it; a minute where there is none. */
export function interval(text: string | undefined): Duration {
  return text === undefined ? seconds(60) : parseDuration(text);
}
