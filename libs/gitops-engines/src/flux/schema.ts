import { seconds, type Duration } from '@fleetmend/kernel';
import { z } from 'zod';

export const KUSTOMIZATION = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' } as const;
export const GIT_REPOSITORY = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' } as const;
export const HELM_REPOSITORY = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmRepository' } as const;
export const OCI_REPOSITORY = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'OCIRepository' } as const;
export const HELM_RELEASE = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease' } as const;

const Metadata = z.object({ name: z.string(), namespace: z.string().default(''), generation: z.number().optional() });
const Condition = z.object({ type: z.string(), status: z.string(), reason: z.string().default(''), message: z.string().default(''), observedGeneration: z.number().optional() });
export type Condition = z.infer<typeof Condition>;
/** Ids are `<namespace>_<name>_<group>_<Kind>`, with `__` for a colon in the name. */
const Inventory = z.object({ entries: z.array(z.object({ id: z.string() })).default([]) });

/**
 * The parts of a Flux `Kustomization` that are read here.
 * Source: the API documentation of kustomize-controller 1.9, docs/spec/v1/kustomizations.md.
 */
export const Kustomization = z.object({
  metadata: Metadata,
  spec: z.object({
    path: z.string().default(''),
    suspend: z.boolean().default(false),
    interval: z.string().default(''),
    targetNamespace: z.string().optional(),
    sourceRef: z.object({ kind: z.string(), name: z.string(), namespace: z.string().optional() }),
    /** It applies to another cluster than the one whose API holds it. */
    kubeConfig: z.looseObject({}).optional(),
  }),
  status: z
    .object({
      /** Generation that last became ready or stalled; a suspended or failing Kustomization stays behind. */
      observedGeneration: z.number().optional(),
      lastAppliedRevision: z.string().optional(),
      lastAttemptedRevision: z.string().optional(),
      inventory: Inventory.optional(),
      conditions: z.array(Condition).default([]),
    })
    .default({ conditions: [] }),
});
export type Kustomization = z.infer<typeof Kustomization>;

/**
 * The parts of a Flux `GitRepository` that are read here.
 * Source: the API documentation of source-controller 1.9, docs/spec/v1/gitrepositories.md.
 */
export const GitRepository = z.object({
  metadata: Metadata,
  spec: z.object({
    url: z.string(),
    suspend: z.boolean().default(false),
    ref: z.object({ branch: z.string().optional(), tag: z.string().optional(), semver: z.string().optional(), name: z.string().optional(), commit: z.string().optional() }).default({}),
  }),
  status: z.object({ artifact: z.object({ revision: z.string() }).optional(), conditions: z.array(Condition).default([]) }).default({ conditions: [] }),
});
export type GitRepository = z.infer<typeof GitRepository>;

const Reference = z.object({ kind: z.string(), name: z.string(), namespace: z.string().optional() });

/** The parts of a Flux `HelmRepository` and of an `OCIRepository` that are read here. Source: source-controller's docs/spec/v1. */
export const ChartSource = z.object({ metadata: Metadata, spec: z.object({ url: z.string(), ref: z.looseObject({}).optional() }) });

/**
 * The parts of a Flux `HelmRelease` that are read here.
 * Source: the API documentation of helm-controller, docs/spec/v2/helmreleases.md.
 */
export const HelmRelease = z.object({
  metadata: Metadata,
  spec: z.object({
    suspend: z.boolean().default(false),
    interval: z.string().default(''),
    releaseName: z.string().optional(),
    targetNamespace: z.string().optional(),
    kubeConfig: z.looseObject({}).optional(),
    driftDetection: z.object({ mode: z.string().default('') }).optional(),
    chart: z.object({ spec: z.object({ chart: z.string(), version: z.string().optional(), sourceRef: Reference }) }).optional(),
    chartRef: Reference.optional(),
  }),
  status: z
    .object({
      observedGeneration: z.number().optional(),
      conditions: z.array(Condition).default([]),
      /** Latest release first. */
      history: z.array(z.object({ name: z.string(), namespace: z.string(), chartName: z.string().optional(), chartVersion: z.string().optional(), ociDigest: z.string().optional() })).default([]),
    })
    .default({ conditions: [], history: [] }),
});
export type HelmRelease = z.infer<typeof HelmRelease>;

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/**
 * How long it may take until a controller with this interval, as Go writes a span, has had its next turn: it may come a tenth later than
 * said, and takes its time. Undefined: it says none.
 */
export function nextTurn({ suspend, interval }: { readonly suspend: boolean; readonly interval: string }): Duration | undefined {
  const parts = [...interval.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  const span = parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (UNITS[unit] ?? 0), 0);
  return suspend || span === 0 ? undefined : Math.round(span * 1.1) + seconds(30);
}

/**
 * The commit of a revision: `main@sha1:<commit>`, `refs/tags/v1@sha1:<commit>`, `sha1:<commit>`, and before Flux 2.0
 * `main/<commit>`; undefined for what names none, such as the digest of an OCI artifact.
 */
export function commitOf(revision: string | undefined): string | undefined {
  return /(?:^|sha1:|\/)([0-9a-f]{40})$/.exec(revision ?? '')?.[1];
}

export function conditionOf({ status }: { readonly status: { readonly conditions: readonly Condition[] } }, type: string): Condition | undefined {
  return status.conditions.find((condition) => condition.type === type);
}
