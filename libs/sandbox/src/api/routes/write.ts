import { StatusError } from '../../objects.ts';
import type { Cluster } from '../cluster.ts';
import { createObject } from '../create.ts';
import { type Deletion, deleteObject, type DeleteRequest, type PropagationPolicy } from '../delete.ts';
import { at, isObject, type Json } from '../json.ts';
import { applyObject } from '../managed/apply.ts';
import { patchObject } from '../patch/patch.ts';
import { badRequest, methodNotAllowed } from '../refusals.ts';
import type { ResourceType } from '../resource-types.ts';
import { updateObject } from '../update.ts';
import { presentList, presentOne } from './present.ts';
import { matcherOf, presenterOf, type Target } from './read.ts';
import { type ApiRequest, bodyOf, isDryRun, objectBody, writerOf } from './request.ts';
import { json, success } from './responses.ts';

const PATCH_KINDS = { 'application/json-patch+json': 'json', 'application/merge-patch+json': 'merge', 'application/strategic-merge-patch+json': 'strategic' } as const;

export function create(cluster: Cluster, { type, namespace }: Target, request: ApiRequest): Response {
  const object = createObject(cluster, { type, namespace, input: objectBody(request), writer: writerOf(request) });
  return json(presentOne(object, presenterOf(cluster, type, request)), { status: 201, warnings: request.warnings });
}

export function replace(cluster: Cluster, { type, namespace = '', name = '', subresource }: Target, request: ApiRequest): Response {
  const object = updateObject(cluster, { type, namespace, name, input: objectBody(request), writer: writerOf(request), ...statusOnly(subresource) });
  return json(presentOne(object, presenterOf(cluster, type, request)), { warnings: request.warnings });
}

export function patch(cluster: Cluster, { type, namespace = '', name = '', subresource }: Target, request: ApiRequest): Response {
  const writer = writerOf(request);
  const part = statusOnly(subresource);
  if (request.contentType === 'application/apply-patch+yaml') {
    if (!request.query.get('fieldManager')) throw new StatusError(422, 'Invalid', 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch', { group: 'meta.k8s.io', kind: 'PatchOptions', causes: [{ reason: 'FieldValueRequired', message: 'Required value: is required for apply patch', field: 'fieldManager' }] });
    const { object, created } = applyObject(cluster, { type, namespace, name, config: bodyOf(request), writer, force: request.query.get('force') === 'true', ...part });
    return json(presentOne(object, presenterOf(cluster, type, request)), { status: created ? 201 : 200, warnings: request.warnings });
  }
  const kind = PATCH_KINDS[request.contentType as keyof typeof PATCH_KINDS];
  if (!kind) throw new StatusError(415, 'UnsupportedMediaType', `the body of the request was in an unknown format - accepted media types include: ${Object.keys(PATCH_KINDS).join(', ')}, application/apply-patch+yaml, application/apply-patch+cbor`);
  const object = patchObject(cluster, { type, namespace, name, kind, patch: bodyOf(request), writer, ...part });
  return json(presentOne(object, presenterOf(cluster, type, request)), { warnings: request.warnings });
}

export function statusOnly(subresource: string | undefined): { readonly subresource?: 'status' } {
  if (subresource === undefined) return {};
  if (subresource === 'status') return { subresource };
  throw methodNotAllowed();
}

export function remove(cluster: Cluster, { type, namespace = '', name = '' }: Target, request: ApiRequest): Response {
  const deletion = deleteObject(cluster, { type, namespace, name, ...deleteOptions(type, request) });
  return json(deletionAnswer(type, deletion), { status: 200 });
}

function deletionAnswer(type: ResourceType, { object, gone }: Deletion): unknown {
  if (!gone || type.storage === '/pods') return object;
  return success({ name: object.metadata.name, ...(type.group === '' ? {} : { group: type.group }), kind: type.plural, uid: object.metadata.uid });
}

export function removeAll(cluster: Cluster, target: Target, request: ApiRequest): Response {
  const { type, namespace } = target;
  const matches = matcherOf(target, request.query) ?? (() => true);
  const options = deleteOptions(type, request);
  const objects = cluster.store.list(type.storage, namespace).filter(matches);
  const deleted = objects.map((object) => deleteObject(cluster, { type, namespace: object.metadata.namespace ?? '', name: object.metadata.name, ...options }).object);
  return json(presentList(deleted, { resourceVersion: String(cluster.store.revision()) }, presenterOf(cluster, type, request)));
}

const POLICIES: readonly string[] = ['Foreground', 'Background', 'Orphan'];

/** From the body (DeleteOptions) and the query, which wins where it speaks. */
function deleteOptions(type: ResourceType, request: ApiRequest): Omit<DeleteRequest, 'type' | 'namespace' | 'name'> {
  const body: Json = request.text.trim() === '' ? {} : objectBody(request);
  const { query } = request;
  const policy = query.get('propagationPolicy') ?? at(body, 'propagationPolicy');
  if (policy !== undefined && policy !== null && !POLICIES.includes(String(policy))) {
    throw badRequest(`DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: ${JSON.stringify(policy)}: supported values: "Foreground", "Background", "Orphan", "nil"`);
  }
  const orphan = query.get('orphanDependents') ?? at(body, 'orphanDependents');
  const grace = query.get('gracePeriodSeconds') ?? at(body, 'gracePeriodSeconds');
  const conditions = isObject(body['preconditions']) ? body['preconditions'] : {};
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const dryRun = [...query.getAll('dryRun'), ...(Array.isArray(body['dryRun']) ? body['dryRun'].map(String) : [])];
  return {
    propagationPolicy: policy ? (policy as PropagationPolicy) : orphan !== undefined && orphan !== null ? (String(orphan) === 'true' ? 'Orphan' : 'Background') : defaultPolicy(type),
    gracePeriodSeconds: grace === undefined || grace === null ? undefined : Number(grace),
    uid: text(conditions['uid']),
    resourceVersion: text(conditions['resourceVersion']),
    dryRun: isDryRun(dryRun),
  };
}

/** Jobs are the exception that the real API keeps: without a policy their pods stay. */
function defaultPolicy(type: ResourceType): PropagationPolicy | undefined {
  return type.storage === 'batch/jobs' ? 'Orphan' : undefined;
}
