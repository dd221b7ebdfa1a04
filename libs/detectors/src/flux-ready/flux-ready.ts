import { seconds } from '@fleetmend/kernel';
import type { Finding, KubeObject } from '@fleetmend/model';
import type { Detector } from '@fleetmend/plugin-api';
import { APPLIED_READS, appliedObject } from '../applied-objects.ts';
import { conditionOf, isLeaving, isObserved } from '../owners.ts';
import { refTo } from '../services.ts';

const KINDS = [
  { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', resource: 'kustomizations' },
  { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', resource: 'helmreleases' },
  { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', resource: 'gitrepositories' },
  { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'OCIRepository', resource: 'ocirepositories' },
] as const;

/** What only echoes another failure, or is still on its way. Source: Flux' documentation of the conditions of its kinds. */
const ECHOES = ['HealthCheckFailed', 'DependencyNotReady', 'ArtifactNotReady', 'Progressing', 'ProgressingWithRetry', 'RetryableError'];
/** An object that the API server refused, as kustomize-controller writes it: `Deployment/shop/cart dry-run failed (Invalid): …`. */
const REFUSED = /(?:^|\s)([A-Z]\w+)\/(?:([a-z0-9-]+)\/)?([a-z0-9.-]+) (?:dry-run failed|not found|apply failed)/;

/** The same, as Helm 4 and Helm 3 write it: `server-side apply failed for object shop/cart apps/v1, Kind=Deployment: …`, `cannot patch "cart" with kind Deployment: …`. */
const REFUSED_TO_HELM = [/\bfor object (?:(?<namespace>[a-z0-9-]+)\/)?(?<name>[a-z0-9.-]+) \S+, Kind=(?<kind>\w+)/, /\bcannot patch "(?<name>[a-z0-9.-]+)" with kind (?<kind>\w+)/];

/** A Flux object that cannot fetch, build or apply what Git says. */
export const fluxReady: Detector = {
  kind: 'flux-ready',
  classes: ['FluxNotReady'],
  reads: [...KINDS.map((kind) => ({ ...kind, fields: ['spec.suspend', 'spec.targetNamespace', 'status.conditions', 'status.observedGeneration'] })), ...APPLIED_READS],
  inspects: KINDS.map(({ kind }) => kind),
  dwell: { time: seconds(60) },
  explainedBy: [],
  inspect: (object, world) => {
    if (!KINDS.some(({ kind, apiVersion }) => kind === object.kind && apiVersion.split('/')[0] === object.apiVersion.split('/')[0]) || isLeaving(object)) return [];
    const ready = conditionOf(object, 'Ready');
    // Flux moves the object's own generation only once it got through; what a condition says of is the condition's.
    if (!isObserved(object) && ready?.observedGeneration !== object.metadata.generation) return [];
    const { suspend } = (object['spec'] ?? {}) as { readonly suspend?: boolean };
    const reason = ready?.reason ?? 'NotReady';
    if (suspend === true || ready?.status !== 'False' || ECHOES.includes(reason)) return [];
    const message = (ready.message ?? '').slice(0, 600);
    const refused = object.kind === 'HelmRelease' ? refusedToHelm(object, message) : refusedToKustomize(message);
    const target = refused && appliedObject(refused, world);
    const finding: Finding = { class: 'FluxNotReady', subCause: reason.slice(0, 64), target: target ?? refTo(object), ...(target ? { cause: refTo(object) } : {}), observation: { reason: reason.slice(0, 128), message: stable(message) } };
    return [finding];
  },
};

type Refused = Parameters<typeof appliedObject>[0] | undefined;

function refusedToKustomize(message: string): Refused {
  const [, kind, namespace, name = ''] = REFUSED.exec(message) ?? [];
  return kind === undefined ? undefined : { kind, namespace, name };
}

/** Helm 3 leaves out the namespace, which is that of the release. */
function refusedToHelm(object: KubeObject, message: string): Refused {
  const { targetNamespace = object.metadata.namespace } = (object['spec'] ?? {}) as { readonly targetNamespace?: string };
  const { kind, namespace = targetNamespace, name = '' } = REFUSED_TO_HELM.map((pattern) => pattern.exec(message)?.groups).find((groups) => groups !== undefined) ?? {};
  return kind === undefined ? undefined : { kind, namespace, name };
}

/** Without the revision and digests that change from one try to the next. */
function stable(message: string): string {
  return message.replace(/\b\w+@sha1:[0-9a-f]{40}\b/g, 'the revision');
}
