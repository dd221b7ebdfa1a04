import type { KubeObject } from '../objects.ts';
import { type Cluster, type Draft, now, type Writer } from './cluster.ts';
import { finishDeletion } from './delete.ts';
import { at, cloneJson, equalJson, isObject, type Json } from './json.ts';
import { rulesOf } from './kinds/kinds.ts';
import { trackWrite } from './managed/track.ts';
import { readInput } from './read-input.ts';
import { badRequest, conflict, invalid, invalidValue, MODIFIED, notFound } from './refusals.ts';
import type { ResourceType } from './resource-types.ts';
import { validateDraft } from './validate.ts';

export interface UpdateRequest {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
  readonly input: Json;
  readonly writer: Writer;
  readonly subresource?: 'status';
  /** Server-side apply brings its own managed fields. */
  readonly managedFields?: readonly unknown[];
}

/** What only the server may set: an update keeps the old values whatever it says. */
const SYSTEM_FIELDS = ['uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generation', 'generateName', 'namespace', 'name'] as const;

/**
 * Replaces an object (or its status). Nothing is written when nothing changes.
 * @throws StatusError 400, 403, 404, 409, 422
 */
export function updateObject(cluster: Cluster, request: UpdateRequest): KubeObject {
  const { type, namespace, name, writer, subresource } = request;
  const old = cluster.store.get(type.storage, namespace, name);
  if (!old) throw notFound(type, name);
  const input = readInput(type, subresource === 'status' ? statusPart(request.input) : request.input, writer, { reuse: true });
  checkPreconditions(type, old, input['metadata'] as Json, writer);
  const draft = subresource === 'status' ? withStatus(old, input) : withSpec(type, old, input);
  const rules = rulesOf(type);
  if (!subresource) rules.defaults?.(draft, old);
  type.custom?.default(draft);
  if (equalExceptManaged(draft, old) && (request.managedFields === undefined || equalJson(request.managedFields, old.metadata.managedFields))) return old;
  const before = asBound(type, old, draft, writer);
  const owned = request.managedFields ?? trackWrite({ type, old: before, next: draft, writer, time: now(cluster), subresource });
  if (!subresource) {
    rules.prepareUpdate?.(draft, old, cluster);
    countGeneration(type, draft, before);
  }
  const admitted = { operation: 'UPDATE', type, draft, old, subresource, writer } as const;
  for (const step of cluster.admission.mutating) step(cluster, admitted);
  validateDraft(type, draft, old, writer, subresource);
  for (const step of cluster.admission.validating) step(cluster, admitted);
  if (equalExceptManaged(draft, old) && (request.managedFields === undefined || equalJson(request.managedFields, old.metadata.managedFields))) return old;
  draft.metadata['managedFields'] = owned;
  const object = draft as unknown as KubeObject;
  if (writer.dryRun) return object;
  return finishDeletion(cluster, type, cluster.store.put(type.storage, object));
}

/** A write of status reads nothing else, however much the client sends along. */
function statusPart({ apiVersion, kind, metadata, status }: Json): Json {
  const { name, uid, resourceVersion } = isObject(metadata) ? metadata : {};
  return { apiVersion, kind, metadata: { name, uid, resourceVersion }, status };
}

function checkPreconditions(type: ResourceType, old: KubeObject, metadata: Json, writer: Writer): void {
  const { name, uid, resourceVersion } = metadata;
  if (typeof name === 'string' && name !== '' && name !== old.metadata.name) throw badRequest(`the name of the object (${name}) does not match the name on the URL (${old.metadata.name})`);
  if (typeof uid === 'string' && uid !== '' && uid !== old.metadata.uid) {
    throw conflict(type, old.metadata.name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid ?? ''}`);
  }
  if (typeof resourceVersion === 'string' && resourceVersion !== '' && resourceVersion !== '0') {
    if (resourceVersion !== old.metadata.resourceVersion) throw conflict(type, old.metadata.name, MODIFIED);
    return;
  }
  if (!writer.trusted && (type.custom || rulesOf(type).conditionalUpdate)) throw invalid(type, old.metadata.name, [invalidValue('metadata.resourceVersion', 0, 'must be specified for an update')]);
}

function withSpec(type: ResourceType, old: KubeObject, input: Json): Draft {
  const given = input['metadata'] as Json;
  const metadata: Json = { ...cloneJson(given) };
  delete metadata['selfLink'];
  for (const field of SYSTEM_FIELDS) {
    delete metadata[field];
    if (old.metadata[field] !== undefined) metadata[field] = old.metadata[field];
  }
  metadata['resourceVersion'] = old.metadata.resourceVersion;
  metadata['managedFields'] = givenManagedFields(given['managedFields']) ?? old.metadata.managedFields;
  const draft = { ...input, apiVersion: type.storedAs, kind: type.kind, metadata } as Draft;
  if (!type.subresources.has('status')) return draft;
  delete draft['status'];
  if (old['status'] !== undefined) draft['status'] = old['status'];
  return draft;
}

/** A client may rewrite the record of owners (`kubectl` does, to go from client-side to server-side apply), and `[{}]` wipes it. */
function givenManagedFields(given: unknown): readonly unknown[] | undefined {
  if (!Array.isArray(given) || given.length === 0) return undefined;
  const [first] = given;
  return given.length === 1 && isObject(first) && Object.keys(first).length === 0 ? [] : given;
}

function withStatus(old: KubeObject, input: Json): Draft {
  const draft = { ...old, metadata: { ...old.metadata } } as unknown as Draft;
  if (isObject(input['status'])) draft['status'] = input['status'];
  else delete draft['status'];
  return draft;
}

function countGeneration(type: ResourceType, draft: Draft, old: KubeObject): void {
  if (!rulesOf(type).generation && !type.custom) return;
  if (old.metadata.generation === undefined || !sameContent(type, draft, old)) draft.metadata['generation'] = (old.metadata.generation ?? 0) + 1;
}

/** Binding a pod to a node is not a change of what was asked for: it counts no generation and leaves no owner. */
function asBound(type: ResourceType, old: KubeObject, draft: Draft, { trusted }: Writer): KubeObject {
  if (!trusted || type.storage !== '/pods' || !isObject(old['spec']) || old['spec']['nodeName'] !== undefined) return old;
  const nodeName = at(draft, 'spec', 'nodeName');
  return nodeName === undefined ? old : { ...old, spec: { ...old['spec'], nodeName } };
}

/** Everything but metadata, and status where it has a subresource. Without one, a custom object's status is content. */
function sameContent(type: ResourceType, draft: Draft, old: KubeObject): boolean {
  const ignored = type.subresources.has('status') ? ['apiVersion', 'kind', 'metadata', 'status'] : ['apiVersion', 'kind', 'metadata'];
  const keys = new Set([...Object.keys(draft), ...Object.keys(old)].filter((key) => !ignored.includes(key)));
  return [...keys].every((key) => equalJson(draft[key], old[key]));
}

function equalExceptManaged(draft: Draft, old: KubeObject): boolean {
  const { managedFields: before, ...oldMeta } = old.metadata;
  const { managedFields: after, ...newMeta } = draft.metadata;
  if (!equalJson(after, before)) return false;
  const keys = new Set([...Object.keys(draft), ...Object.keys(old)].filter((key) => key !== 'metadata'));
  return equalJson(newMeta, oldMeta) && [...keys].every((key) => equalJson(draft[key], old[key]));
}
