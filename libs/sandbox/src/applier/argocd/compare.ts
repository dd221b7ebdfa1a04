import { renderTime } from '@fleetmend/kernel';
import type { ClusterObjects, KubeObject } from '../../objects.ts';
import { findLive, isInSync, refOf } from '../apply-objects.ts';
import type { ObjectRef } from '../apply-objects.ts';
import type { Desired } from './argocd.ts';
import type { Application, ApplicationStatus, ResourceStatus } from './shapes.ts';
import type { ApplierContext } from '../context.ts';
import { healthOf, worstHealth } from './health.ts';

export const ARGO_MANAGER = 'argocd-controller';

/** Live against desired: the part of an Application's status that says how things stand. */
export function compare({ clock }: ApplierContext, application: Application, { target, desired }: { readonly target: ClusterObjects; readonly desired: Desired }): Partial<ApplicationStatus> {
  const wanted = desired.objects.map((object) => compareOne(target, object));
  const surplus = surplusOf(application, target, desired).map((ref): ResourceStatus => ({ ...shown(ref), status: 'OutOfSync', requiresPruning: true }));
  const resources = [...wanted, ...surplus].sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  const isSynced = resources.every(({ status }) => status === 'Synced');
  const health = worstHealth(resources.map((resource) => resource.health));
  const before = application.status?.health;
  const { source, destination } = application.spec;
  return {
    resources,
    sync: { status: isSynced ? 'Synced' : 'OutOfSync', revision: desired.revision, comparedTo: { source, destination } },
    health: before?.status === health && before.lastTransitionTime ? before : { status: health, lastTransitionTime: renderTime(clock.now()) },
    sourceType: 'Directory',
    summary: imagesOf(target, desired),
  };
}

/** What an earlier sync applied and the repository no longer holds. */
export function surplusOf({ status }: Application, target: ClusterObjects, desired: Desired): readonly ObjectRef[] {
  const wanted = new Set(desired.objects.map((object) => nameOf(shown(refOf(findLive(target, refOf(object)) ?? object)))));
  return (status?.resources ?? []).filter((resource) => !wanted.has(nameOf(resource))).map(refOfResource).filter((ref) => findLive(target, ref) !== undefined);
}

export function refOfResource({ group = '', version, kind, namespace = '', name }: ResourceStatus): ObjectRef {
  return { group, version, kind, namespace, name };
}

function compareOne(target: ClusterObjects, object: KubeObject): ResourceStatus {
  const live = findLive(target, refOf(object));
  const ref = shown(refOf(live ?? object));
  if (!live) return { ...ref, status: 'OutOfSync', health: { status: 'Missing' } };
  const health = healthOf(live);
  return { ...ref, status: isInSync(target, object, ARGO_MANAGER) ? 'Synced' : 'OutOfSync', ...(health ? { health } : {}) };
}

/** Empty fields are left out, as in the real status. */
export function shown({ group, version, kind, namespace, name }: ObjectRef): Omit<ResourceStatus, 'status'> {
  return { ...(group ? { group } : {}), version, kind, ...(namespace ? { namespace } : {}), name };
}

function nameOf({ group = '', kind, namespace = '', name }: Omit<ResourceStatus, 'status'>): string {
  return [kind, namespace, name, group].join('/');
}

function imagesOf(target: ClusterObjects, { objects }: Desired): { readonly images?: readonly string[] } {
  const images = objects.flatMap((object) => {
    const live = (findLive(target, refOf(object)) ?? object) as { readonly spec?: { readonly template?: { readonly spec?: { readonly containers?: readonly { readonly image: string }[] } } } };
    return (live.spec?.template?.spec?.containers ?? []).map(({ image }) => image);
  });
  return images.length > 0 ? { images: [...new Set(images)].sort() } : {};
}
