import type { ClusterObjects, KubeObject, WriteOptions } from '../../objects.ts';
import { controllerOf, controllerReference } from '../runtime/keys.ts';
import { matchesSelector } from '../runtime/selectors.ts';
import type { LabelSelector } from '../shapes/pod.ts';

/** Takes over what matches the owner's selector and belongs to nobody, as after `kubectl delete --cascade=orphan` and a new `apply`. */
export function adoptOrphans(objects: ClusterObjects, owner: KubeObject & { readonly spec: { readonly selector: LabelSelector } }, { apiVersion, kind, as }: { readonly apiVersion: string; readonly kind: string; readonly as: WriteOptions }): void {
  const { namespace } = owner.metadata;
  for (const object of objects.list(apiVersion, kind, { ...(namespace ? { namespace } : {}) })) {
    if (controllerOf(object) || object.metadata.deletionTimestamp || !matchesSelector(owner.spec.selector, object.metadata.labels)) continue;
    objects.update<KubeObject>({ ...object, metadata: { ...object.metadata, ownerReferences: [...(object.metadata.ownerReferences ?? []), controllerReference(owner)] } }, as);
  }
}
