import { canonicalJson } from '@fleetmend/kernel';
import type { KubeObject } from '../../objects.ts';
import { StatusError } from '../../objects.ts';
import { type Cluster, now, type Writer } from '../cluster.ts';
import { createObject } from '../create.ts';
import { isObject, type Json } from '../json.ts';
import { readInput } from '../read-input.ts';
import { badRequest, notFound } from '../refusals.ts';
import type { ResourceType } from '../resource-types.ts';
import { updateObject } from '../update.ts';
import { compare, toFieldSet } from './compare.ts';
import { type ManagedEntry, readEntries, renderEntries, withFields } from './entries.ts';
import { difference, type FieldSet, intersection, isEmptySet, renderPaths, union } from './field-set.ts';
import { mergeApplied, pruneApplied } from './merge.ts';
import { withoutSystemFields } from './track.ts';

export interface ApplyRequest {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
  readonly config: unknown;
  readonly writer: Writer;
  readonly force: boolean;
  readonly subresource?: 'status' | undefined;
}

/**
 * Server-side apply: what the configuration states is set and owned by its manager, what the manager stated before and does not
 * any more is removed, a different value that somebody else owns is a conflict.
 * @throws StatusError 400, 404, 409 (`FieldManagerConflict` causes), 422
 */
export function applyObject(cluster: Cluster, request: ApplyRequest): { readonly object: KubeObject; readonly created: boolean } {
  const { type, namespace, name, config, writer, force, subresource } = request;
  const applied = readConfig(request, config);
  const live = cluster.store.get(type.storage, namespace, name);
  const time = now(cluster);
  const stated = withoutSystemFields(toFieldSet(applied, type.schema), type, subresource);
  const entry: ManagedEntry = { manager: writer.manager, operation: 'Apply', apiVersion: type.apiVersion, time, subresource, fields: stated, source: undefined };
  if (!live) {
    if (subresource) throw notFound(type, name);
    const object = createObject(cluster, { type, namespace: type.namespaced ? namespace : undefined, input: applied, writer, managedFields: renderEntries([entry]) });
    return { object, created: true };
  }
  const entries = readEntries(live.metadata.managedFields);
  const ours = (known: ManagedEntry) => known.operation === 'Apply' && known.manager === writer.manager && known.subresource === subresource;
  const mine = entries.find(ours);
  const others = entries.filter((known) => !ours(known));
  const merged = mergeApplied(live, applied, type.schema) as Json;
  const next = mine ? (pruneApplied(merged, mine.fields, others.reduce((all, other) => union(all, other.fields), stated), type.schema) as Json) : merged;
  const draft: Json = { ...next, metadata: { ...(next['metadata'] as Json), managedFields: undefined } };
  const { changed, removed } = compare(live, draft, type.schema);
  const conflicts = others.map((other) => ({ other, fields: intersection(other.fields, changed) })).filter(({ fields }) => !isEmptySet(fields));
  if (conflicts.length > 0 && !force) throw applyConflict(conflicts);
  const left = others.map((other) => ({ ...other, fields: difference(difference(other.fields, changed), removed) }));
  const managedFields = renderEntries([...left, mine ? withFields(mine, stated, time) : entry]);
  const metadata = writer.manager === 'kubectl' ? withLastApplied(draft['metadata'] as Json, config) : (draft['metadata'] as Json);
  const input = { ...draft, metadata: { ...metadata, managedFields } };
  const silent: Writer = { ...writer, fieldValidation: 'Ignore', trusted: true };
  return { object: updateObject(cluster, { type, namespace, name, input, writer: silent, managedFields, ...(subresource ? { subresource } : {}) }), created: false };
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Whoever goes on with client-side apply must find what was applied here; the real server does this for `kubectl` alone, too. */
function withLastApplied(metadata: Json, config: unknown): Json {
  const annotations = metadata['annotations'];
  if (!isObject(annotations) || annotations[LAST_APPLIED] === undefined) return metadata;
  return { ...metadata, annotations: { ...annotations, [LAST_APPLIED]: `${canonicalJson(config)}\n` } };
}

function readConfig({ type, namespace, name, writer }: ApplyRequest, config: unknown): Json {
  if (!isObject(config)) throw badRequest('the applied configuration is not an object');
  const metadata = isObject(config['metadata']) ? config['metadata'] : {};
  if (config['apiVersion'] !== type.apiVersion) throw badRequest(`Incorrect version specified in apply patch. Specified patch version: ${String(config['apiVersion'])}, expected: ${type.apiVersion}`);
  if (metadata['managedFields'] !== undefined && metadata['managedFields'] !== null) throw badRequest('metadata.managedFields must be nil');
  if (metadata['name'] !== undefined && metadata['name'] !== name) throw badRequest(`the name of the object (${String(metadata['name'])}) does not match the name on the URL (${name})`);
  const applied = readInput(type, config, writer, { keepQuantities: true });
  applied['metadata'] = { ...(applied['metadata'] as Json), name, ...(type.namespaced ? { namespace } : {}) };
  return { ...applied, apiVersion: type.storedAs, kind: type.kind };
}

function applyConflict(conflicts: readonly { readonly other: ManagedEntry; readonly fields: FieldSet }[]): StatusError {
  const causes = conflicts.flatMap(({ other, fields }) => renderPaths(fields).map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${described(other)}`, field })));
  const managers = [...new Set(causes.map(({ message }) => message))];
  const first = causes[0];
  const message =
    causes.length === 1 && first
      ? `Apply failed with 1 conflict: ${first.message}: ${first.field}`
      : `Apply failed with ${causes.length} conflicts: ${managers.map((text) => `${text.replace('conflict with', 'conflicts with')}:\n${causes.filter((cause) => cause.message === text).map(({ field }) => `- ${field}`).join('\n')}`).join('\n')}`;
  return new StatusError(409, 'Conflict', message, { causes });
}

function described({ manager, operation, apiVersion, subresource }: ManagedEntry): string {
  const who = `${JSON.stringify(manager)}${subresource ? ` with subresource ${JSON.stringify(subresource)}` : ''}`;
  return operation === 'Apply' ? who : `${who} using ${apiVersion}`;
}
