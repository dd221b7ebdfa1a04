import type { KubeObject } from '../objects.ts';
import type { Draft } from './cluster.ts';
import { isObject } from './json.ts';
import { rulesOf } from './kinds/kinds.ts';
import { labelErrors } from './label-errors.ts';
import { dnsLabel, dnsSubdomain, pathSegment, qualifiedName } from './names.ts';
import { type FieldError, forbiddenField, invalidValue, required, tooLong } from './refusals.ts';
import type { ResourceType } from './resource-types.ts';

const ANNOTATIONS_LIMIT = 256 * 1024;

export function validateMetadata(type: ResourceType, draft: Draft, old: KubeObject | undefined): readonly FieldError[] {
  const { name, labels, annotations, ownerReferences, finalizers } = draft.metadata;
  const errors: FieldError[] = [];
  if (!old) errors.push(...nameErrors(type, name));
  if (type.namespaced && !old) for (const why of dnsLabel(draft.metadata.namespace ?? '')) errors.push(invalidValue('metadata.namespace', draft.metadata.namespace, why));
  errors.push(...labelErrors(labels, 'metadata.labels'));
  for (const key of Object.keys(annotations ?? {})) for (const why of qualifiedName(key.toLowerCase())) errors.push(invalidValue('metadata.annotations', key, why));
  const size = Object.entries(annotations ?? {}).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (size > ANNOTATIONS_LIMIT) errors.push(tooLong('metadata.annotations', ANNOTATIONS_LIMIT));
  errors.push(...ownerErrors(ownerReferences));
  if (old?.metadata.deletionTimestamp !== undefined) {
    const added = (finalizers ?? []).filter((finalizer) => !old.metadata.finalizers?.includes(finalizer));
    if (added.length > 0) errors.push(forbiddenField('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((item) => `"${item}"`).join(', ')}}`));
  }
  for (const finalizer of finalizers ?? []) for (const why of qualifiedName(finalizer)) errors.push(invalidValue('metadata.finalizers', finalizer, why));
  return errors;
}

function nameErrors(type: ResourceType, name: string): readonly FieldError[] {
  const rule = rulesOf(type).nameRule ?? 'subdomain';
  const check = rule === 'label' ? dnsLabel : rule === 'path' ? pathSegment : dnsSubdomain;
  return check(name).map((why) => invalidValue('metadata.name', name, why));
}

function ownerErrors(owners: unknown): readonly FieldError[] {
  if (!Array.isArray(owners)) return [];
  const errors: FieldError[] = [];
  owners.forEach((owner, index) => {
    for (const field of ['apiVersion', 'kind', 'name', 'uid']) {
      if (!isObject(owner) || owner[field] === undefined || owner[field] === '') errors.push(required(`metadata.ownerReferences[${index}].${field}`, `${field === 'apiVersion' ? 'version' : field} must not be empty`));
    }
  });
  const controllers = owners.filter((owner) => isObject(owner) && owner['controller'] === true);
  if (controllers.length > 1) errors.push(invalidValue('metadata.ownerReferences', owners, `Only one reference can have Controller set to true. Found "true" in references for ${controllers.map((owner) => String((owner as { name?: unknown }).name)).join(' and ')}`));
  return errors;
}
