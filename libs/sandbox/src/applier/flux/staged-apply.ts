import type { ClusterObjects, KubeObject } from '../../objects.ts';
import { applyObject, refOf, renderRef } from '../apply-objects.ts';
import type { Applied, ApplyFailure } from '../apply-objects.ts';
import { isClusterScoped } from '../scope.ts';

export const KUSTOMIZE_CONTROLLER = 'kustomize-controller';

/** Source: fluxcd/pkg/ssa 0.76, sort.go. */
const FIRST: readonly string[] = [
  'CustomResourceDefinition', 'Namespace', 'ClusterRole', 'ClusterClass', 'RuntimeClass', 'PriorityClass', 'StorageClass', 'VolumeSnapshotClass', 'IngressClass', 'GatewayClass',
  'ClusterRoleBinding', 'ResourceQuota', 'ServiceAccount', 'Role', 'RoleBinding', 'ConfigMap', 'Secret', 'Service', 'LimitRange', 'Deployment', 'StatefulSet', 'CronJob', 'PodDisruptionBudget',
];
const LAST: readonly string[] = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

const rank = ({ kind }: KubeObject) => (FIRST.includes(kind) ? FIRST.indexOf(kind) - FIRST.length : LAST.includes(kind) ? LAST.indexOf(kind) + 1 : 0);
const text = (object: KubeObject) => [object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : '', object.kind, object.metadata.namespace ?? '', object.metadata.name].join('\u0000');

export function inApplyOrder(objects: readonly KubeObject[]): readonly KubeObject[] {
  return [...objects].sort((a, b) => rank(a) - rank(b) || (text(a) < text(b) ? -1 : 1));
}

const DEFINITIONS: readonly string[] = ['CustomResourceDefinition', 'Namespace', 'ClusterRole'];
const stageOf = ({ kind }: KubeObject) => (DEFINITIONS.includes(kind) ? 0 : kind.endsWith('Class') ? 1 : 2);

export interface StagedApply {
  readonly applied: readonly Applied[];
  /** The first refusal, as kustomize-controller words it: nothing of its stage was written. */
  readonly refusal?: string;
}

/**
 * Definitions and namespaces first, then classes, then the rest; each stage is tried whole in a dry run before any of it is written.
 * Source: fluxcd/pkg/ssa 0.76, manager_apply.go.
 */
export function applyStaged(objects: ClusterObjects, wanted: readonly KubeObject[], { force = false }: { readonly force?: boolean | undefined } = {}): StagedApply {
  const as = (dryRun: boolean) => ({ manager: KUSTOMIZE_CONTROLLER, dryRun, ...(force ? { mayReplace: true } : {}) });
  const applied: Applied[] = [];
  for (const stage of [0, 1, 2]) {
    const own = inApplyOrder(wanted.filter((object) => stageOf(object) === stage && !isLeftAlone(objects, object)));
    for (const object of own) {
      if (needsNamespace(objects, object)) return { applied, refusal: `${renderRef(refOf(object))} namespace not specified: the server could not find the requested resource` };
      const tried = applyObject(objects, object, as(true));
      if ('reason' in tried) return { applied, refusal: explain(objects, object, tried) };
    }
    for (const object of own) {
      const outcome = applyObject(objects, object, as(false));
      if ('reason' in outcome) return { applied, refusal: `${renderRef(outcome.ref)} apply failed: ${outcome.message}` };
      applied.push(outcome);
    }
  }
  return { applied };
}

/** Source: fluxcd.io/flux/components/kustomize/kustomizations, "Controlling the apply behavior of resources". */
function isLeftAlone(objects: ClusterObjects, object: KubeObject): boolean {
  const { apiVersion, kind, metadata } = object;
  const said = (annotation: string) => metadata.annotations?.[`kustomize.toolkit.fluxcd.io/${annotation}`]?.toLowerCase();
  if (said('reconcile') === 'disabled' || said('ssa') === 'ignore') return true;
  const live = isServedKind(objects, object) ? objects.get(apiVersion, kind, metadata.namespace, metadata.name) : undefined;
  const liveSays = live?.metadata.annotations?.['kustomize.toolkit.fluxcd.io/reconcile']?.toLowerCase();
  return liveSays === 'disabled' || (said('ssa') === 'ifnotpresent' && live !== undefined);
}

function isServedKind(objects: ClusterObjects, { apiVersion, kind }: KubeObject): boolean {
  try {
    objects.list(apiVersion, kind);
    return true;
  } catch {
    return false;
  }
}

/** kubectl would take the namespace of its context; a controller has none. */
function needsNamespace(objects: ClusterObjects, object: KubeObject): boolean {
  return object.metadata.namespace === undefined && isServedKind(objects, object) && !isClusterScoped(objects, object);
}

/** Source: fluxcd/pkg/ssa 0.76, errors/dry_run.go. */
function explain(objects: ClusterObjects, object: KubeObject, { reason, message }: ApplyFailure): string {
  const name = renderRef(refOf(object));
  if (!isServedKind(objects, object)) return `${name} dry-run failed: no matches for kind "${object.kind}" in version "${object.apiVersion}"`;
  return reason === 'NotFound' ? `${name} not found: ${message}` : `${name} dry-run failed (${reason}): ${message}`;
}
