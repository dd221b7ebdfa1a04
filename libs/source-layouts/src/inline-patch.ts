import { editField } from '@fleetmend/manifest';
import type { JsonValue, KubeObject } from '@fleetmend/model';
import { asMerge } from './kustomize/field.ts';
import { below } from './kustomize/patches.ts';

interface Said {
  readonly object: KubeObject;
  readonly path: readonly string[];
  readonly value: JsonValue | undefined;
}

/** An entry for a list of kustomize patches that says one field of one object, with its text in it; undefined where no such patch can. */
export function inlinePatch(said: Said): JsonValue | undefined {
  const merge = asMerge(said);
  if (!merge) return undefined;
  const { apiVersion, kind, metadata } = said.object;
  const { name } = metadata;
  return { target: { kind, name }, patch: patchText({ apiVersion, kind, name }, { path: merge.path, value: merge.value ?? null }) };
}

/** A strategic-merge patch as YAML. */
export function patchText({ apiVersion, kind, name, namespace }: { readonly apiVersion: string; readonly kind: string; readonly name: string; readonly namespace?: string | undefined }, { path, value }: { readonly path: readonly string[]; readonly value: JsonValue }): string {
  const patch: Readonly<Record<string, JsonValue>> = { metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, ...(below(path, value) as Readonly<Record<string, JsonValue>>) };
  return Object.entries(patch).reduce((text, [key, item]) => editField({ file: 'a new patch', text, document: 0, path: [key], value: item }), `apiVersion: ${apiVersion}\nkind: ${kind}\n`);
}
