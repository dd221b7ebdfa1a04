import { renderTime } from '@fleetmend/kernel';
import type { ClusterObjects, KubeObject } from '../../objects.ts';
import { findLive, isInSync, refOf } from '../apply-objects.ts';
import type { ObjectRef } from '../apply-objects.ts';
import type { ApplierContext } from '../context.ts';
import type { Desired } from './desired.ts';
import { instanceName } from './desired.ts';
import { healthOf, worstHealth } from './health.ts';
import { withIgnored } from './ignore-differences.ts';
import { ARGO_MANAGER, EMPTY_SOURCE, hasAnnotationOption, sourcesOf, TRACKING_ID } from './shapes.ts';
import type { Application, ApplicationStatus, ResourceStatus } from './shapes.ts';

const HOOKS = ['argocd.argoproj.io/hook', 'helm.sh/hook'] as const;

export function isHook({ metadata }: KubeObject): boolean {
  return HOOKS.some((annotation) => metadata.annotations?.[annotation] !== undefined);
}

/** Live against desired: the part of an Application's status that says how things stand. */
export function compare({ clock }: ApplierContext, application: Application, { target, desired }: { readonly target: ClusterObjects; readonly desired: Desired }): Partial<ApplicationStatus> {
  const wanted = desired.objects.filter((object) => !isHook(object));
  const resources = [...wanted.map((object) => compareOne(application, target, object)), ...surplusOf(application, target, desired).map(unwanted)].sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  const isSynced = resources.every(({ status, requiresPruning }) => status === 'Synced' || (requiresPruning && status === undefined));
  return {
    resources,
    sync: { status: isSynced ? 'Synced' : 'OutOfSync', ...desired.at, comparedTo: comparedTo(application) },
    health: healthStatus(application, resources, renderTime(clock.now())),
    ...typesOf(application, desired),
    summary: imagesOf(target, wanted),
  };
}

/** While nobody knows what is wanted, all that is live is unknown, and not wanted either: so the real one has it. */
export function compareUnknown({ clock }: ApplierContext, application: Application, target: ClusterObjects | undefined): Partial<ApplicationStatus> {
  const live = target ? (application.status?.resources ?? []).flatMap((resource) => (findLive(target, refOfResource(resource)) ? [{ ...resource, status: 'Unknown' as const, requiresPruning: true }] : [])) : [];
  const healthy = target ? healthStatus(application, live, renderTime(clock.now())) : { status: 'Unknown' as const, lastTransitionTime: renderTime(clock.now()) };
  const before = application.status?.health;
  return { resources: live, sync: { status: 'Unknown', comparedTo: comparedTo(application) }, health: before?.status === healthy.status && before.lastTransitionTime ? before : healthy };
}

function comparedTo(application: Application): Readonly<Record<string, unknown>> {
  const { destination, ignoreDifferences } = application.spec;
  const { sources, several } = sourcesOf(application);
  // The real one writes out an empty source beside several (recorded in the lab, Argo CD 3.1).
  return { destination, ...(several ? { source: EMPTY_SOURCE, sources } : { source: sources[0] }), ...(ignoreDifferences ? { ignoreDifferences } : {}) };
}

function typesOf(application: Application, { types }: Desired): Pick<ApplicationStatus, 'sourceType' | 'sourceTypes'> {
  return sourcesOf(application).several ? { sourceTypes: types } : types[0] === undefined ? {} : { sourceType: types[0] };
}

/** A missing object of a kind without health rules makes nothing worse. Source: argo-cd 3.1, controller/health.go. */
function healthStatus({ status }: Application, resources: readonly ResourceStatus[], at: string): NonNullable<ApplicationStatus['health']> {
  const counted = resources.filter(({ health, kind }) => !(health?.status === 'Missing' && !HEALTH_KINDS.includes(kind)));
  const worst = worstHealth(counted.map(({ health }) => health));
  return status?.health?.status === worst && status.health.lastTransitionTime ? status.health : { status: worst, lastTransitionTime: at };
}

const HEALTH_KINDS: readonly string[] = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'Pod', 'Service', 'Ingress', 'PersistentVolumeClaim', 'HorizontalPodAutoscaler', 'CronJob'];

/** What carries this Application's mark and is not wanted any more. */
export function surplusOf(application: Application, target: ClusterObjects, desired: Desired): readonly ObjectRef[] {
  const wanted = new Set(desired.objects.map((object) => nameOf(shown(refOf(object)))));
  const known = [...(application.status?.resources ?? []), ...(application.status?.operationState?.syncResult?.resources ?? []).filter(({ hookPhase, hookType, status }) => status === 'Synced' && !hookType && hookPhase !== undefined)];
  const refs = new Map(known.filter((resource) => !wanted.has(nameOf(resource))).map((resource) => [nameOf(resource), refOfResource(resource)]));
  return [...refs.values()].filter((ref) => {
    const live = findLive(target, ref);
    return live !== undefined && !isHook(live) && isMarked(application, live);
  });
}

/** The mark must speak of the object itself: a copy carries its original's. */
function isMarked(application: Application, live: KubeObject): boolean {
  const mark = live.metadata.annotations?.[TRACKING_ID];
  const { group, kind, namespace, name } = refOf(live);
  return mark === undefined ? live.kind === 'CustomResourceDefinition' : [namespace, application.spec.destination.namespace ?? ''].some((where) => mark === `${instanceName(application)}:${group}/${kind}:${where}/${name}`);
}

function unwanted(ref: ObjectRef): ResourceStatus {
  return { ...shown(ref), status: 'OutOfSync', requiresPruning: true };
}

export function refOfResource({ group = '', version, kind, namespace = '', name }: Pick<ResourceStatus, 'group' | 'version' | 'kind' | 'namespace' | 'name'>): ObjectRef {
  return { group, version, kind, namespace, name };
}

const WAVE = 'argocd.argoproj.io/sync-wave';

export function waveOf({ metadata }: KubeObject): number {
  return Number.parseInt(metadata.annotations?.[WAVE] ?? metadata.annotations?.['helm.sh/hook-weight'] ?? '0', 10) || 0;
}

function compareOne(application: Application, target: ClusterObjects, object: KubeObject): ResourceStatus {
  const live = findLive(target, refOf(object));
  const ref = shown(refOf(object));
  const wave = waveOf(object) === 0 ? {} : { syncWave: waveOf(object) };
  if (!live) return { ...ref, ...wave, status: 'OutOfSync', health: { status: 'Missing' } };
  const health = live.metadata.annotations?.['argocd.argoproj.io/ignore-healthcheck'] === 'true' ? undefined : healthOf(live);
  const isSame = hasAnnotationOption(object, 'argocd.argoproj.io/compare-options', 'IgnoreExtraneous') || isInSync(target, withIgnored(application, object, live), ARGO_MANAGER);
  return { ...ref, ...wave, status: isSame ? 'Synced' : 'OutOfSync', ...(health ? { health } : {}) };
}

/** Empty fields are left out, as in the real status. */
function shown({ group, version, kind, namespace, name }: ObjectRef): Omit<ResourceStatus, 'status'> {
  return { ...(group ? { group } : {}), version, kind, ...(namespace ? { namespace } : {}), name };
}

function nameOf({ group = '', kind, namespace = '', name }: Pick<ResourceStatus, 'group' | 'kind' | 'namespace' | 'name'>): string {
  return [kind, namespace, name, group].join('/');
}

function imagesOf(target: ClusterObjects, objects: readonly KubeObject[]): { readonly images?: readonly string[] } {
  const images = objects.flatMap((object) => {
    const live = (findLive(target, refOf(object)) ?? {}) as { readonly spec?: { readonly template?: { readonly spec?: { readonly containers?: readonly { readonly image: string }[] } } } };
    return (live.spec?.template?.spec?.containers ?? []).map(({ image }) => image);
  });
  return images.length > 0 ? { images: [...new Set(images)].sort() } : {};
}
