import jsonpatch from 'fast-json-patch';
import type { KubeObject } from '../../objects.ts';
import { StatusError } from '../../objects.ts';
import type { Cluster, Writer } from '../cluster.ts';
import { cloneJson, isObject, type Json } from '../json.ts';
import { badRequest, notFound } from '../refusals.ts';
import type { ResourceType } from '../resource-types.ts';
import { updateObject } from '../update.ts';
import { inVersion } from '../versions.ts';
import { goText } from './go-text.ts';
import { mergePatch } from './merge-patch.ts';
import { strategicMergePatch } from './strategic-merge-patch.ts';

export type PatchKind = 'json' | 'merge' | 'strategic';

export interface PatchRequest {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
  readonly kind: PatchKind;
  readonly patch: unknown;
  readonly writer: Writer;
  readonly subresource?: 'status' | undefined;
}

/** Reads, patches and replaces in one step. @throws StatusError 400, 403, 404, 409, 415, 422 */
export function patchObject(cluster: Cluster, { type, namespace, name, kind, patch, writer, subresource }: PatchRequest): KubeObject {
  const current = cluster.store.get(type.storage, namespace, name);
  if (!current) throw notFound(type, name);
  const patched = applyPatch(cloneJson(inVersion(current, type)) as unknown as Json, kind, patch, type);
  try {
    return updateObject(cluster, { type, namespace, name, input: patched, writer, ...(subresource ? { subresource } : {}) });
  } catch (error) {
    throw kind === 'strategic' ? inPatchWords(error, patch) : error;
  }
}

/** A strategic patch with a value of a wrong type, or with a field that nobody knows, is refused as a patch, before it becomes an object. */
function inPatchWords(error: unknown, patch: unknown): unknown {
  const refused = error instanceof StatusError && error.code === 400 ? error.message : '';
  const wanted = /cannot unmarshal .* of type (\w+)$/.exec(refused)?.[1];
  const why = wanted === undefined ? /strict decoding error: .*$/.exec(refused)?.[0] : `unrecognized type: ${wanted}`;
  if (why === undefined) return error;
  const message = `Invalid value: ${JSON.stringify(goText(patch))}: ${why}`;
  return new StatusError(422, 'Invalid', ` "" is invalid: patch: ${message}`, { causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }] });
}

/** The patched object. @throws StatusError 400, 415, 422 */
export function applyPatch(current: Json, kind: PatchKind, patch: unknown, type: ResourceType): Json {
  if (kind === 'json') return applyJsonPatch(current, patch);
  if (!isObject(patch)) throw badRequest('the patch is not a JSON object');
  if (kind === 'merge') return mergePatch(current, patch) as Json;
  if (type.custom) throw new StatusError(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml');
  return strategicMergePatch(current, patch, type.schema);
}

function applyJsonPatch(current: Json, patch: unknown): Json {
  if (!Array.isArray(patch)) throw badRequest('error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  try {
    return jsonpatch.applyPatch(current, patch as Parameters<typeof jsonpatch.applyPatch>[1], true, true).newDocument;
  } catch {
    throw new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
  }
}
