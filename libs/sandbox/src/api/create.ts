import type { KubeObject } from '../objects.ts';
import { type Cluster, type Draft, newUid, now, randomSuffix, type Writer } from './cluster.ts';
import { cloneJson, isObject, type Json } from './json.ts';
import { rulesOf } from './kinds/kinds.ts';
import { trackWrite } from './managed/track.ts';
import { readInput } from './read-input.ts';
import { alreadyExists, badRequest, invalid, required } from './refusals.ts';
import type { ResourceType } from './resource-types.ts';
import { validateDraft } from './validate.ts';

export interface CreateRequest {
  readonly type: ResourceType;
  /** Of the request's path; `undefined` in-process, where the object says it. */
  readonly namespace: string | undefined;
  readonly input: Json;
  readonly writer: Writer;
  /** Server-side apply creates with its own managed fields. */
  readonly managedFields?: readonly unknown[];
}

/**
 * Defaults, admits, validates and stores a new object.
 * @throws StatusError 400, 403, 404 (namespace), 409, 422
 */
export function createObject(cluster: Cluster, { type, namespace, input, writer, managedFields }: CreateRequest): KubeObject {
  const draft = newDraft(cluster, type, namespace, readInput(type, input, writer));
  const rules = rulesOf(type);
  if (!rules.keepsStatus) resetStatus(type, draft);
  rules.defaults?.(draft, undefined);
  type.custom?.default(draft);
  // What the server itself adds from here on (addresses, generated labels, admission's defaults) belongs to nobody.
  const owned = managedFields ?? trackWrite({ type, old: undefined, next: draft, writer, time: now(cluster), subresource: undefined });
  rules.prepareCreate?.(draft, cluster);
  const request = { operation: 'CREATE', type, draft, old: undefined, subresource: undefined, writer } as const;
  for (const step of cluster.admission.mutating) step(cluster, request);
  validateDraft(type, draft, undefined, writer);
  for (const step of cluster.admission.validating) step(cluster, request);
  if (cluster.store.get(type.storage, draft.metadata.namespace ?? '', draft.metadata.name)) throw alreadyExists(type, draft.metadata.name);
  draft.metadata['managedFields'] = owned;
  const object = draft as unknown as KubeObject;
  return writer.dryRun ? object : cluster.store.put(type.storage, object);
}

function newDraft(cluster: Cluster, type: ResourceType, namespace: string | undefined, input: Json): Draft {
  const metadata = isObject(input['metadata']) ? cloneJson(input['metadata']) : {};
  const name = typeof metadata['name'] === 'string' && metadata['name'] !== '' ? metadata['name'] : undefined;
  const prefix = typeof metadata['generateName'] === 'string' && metadata['generateName'] !== '' ? metadata['generateName'] : undefined;
  if (name === undefined && prefix === undefined) throw invalid(type, '', [required('metadata.name', 'name or generateName is required')]);
  if (namespace !== undefined && typeof metadata['namespace'] === 'string' && metadata['namespace'] !== '' && metadata['namespace'] !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const home = namespace ?? (typeof metadata['namespace'] === 'string' ? metadata['namespace'] : undefined);
  delete metadata['namespace'];
  for (const field of ['resourceVersion', 'selfLink', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'managedFields', 'generation']) delete metadata[field];
  const rules = rulesOf(type);
  return {
    ...input,
    apiVersion: type.storedAs,
    kind: type.kind,
    metadata: {
      ...metadata,
      name: name ?? `${(prefix ?? '').slice(0, 58)}${randomSuffix(cluster.random)}`,
      ...(type.namespaced ? { namespace: home || 'default' } : {}),
      uid: newUid(cluster.random),
      creationTimestamp: now(cluster),
      ...(rules.generation || type.custom ? { generation: 1 } : {}),
    },
  };
}

function resetStatus(type: ResourceType, draft: Draft): void {
  if (!type.subresources.has('status')) return;
  delete draft['status'];
  if (!type.custom) draft['status'] = cloneJson(rulesOf(type).newStatus ?? {});
}
