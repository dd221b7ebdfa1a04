import { editField } from '@fleetmend/manifest';
import type { FileEdit, JsonValue } from '@fleetmend/model';
import { reachableFrom } from '@fleetmend/render';
import type { Candidate } from './candidate.ts';
import { asMerge, type Wanted } from './field.ts';
import type { Layer } from './layers.ts';
import { below, patchesToExtend } from './patches.ts';

/**
 * A patch in the overlay of the affected cluster: one more field in a patch of the object that it has already, else a new file
 * with an entry in its list of patches.
 */
export async function overlayPatches(wanted: Wanted): Promise<readonly Candidate[]> {
  const overlay = await overlayOf(wanted);
  const merge = asMerge(wanted);
  if (!overlay || !merge) return [];
  return [...(await patchesToExtend(wanted, overlay)), { what: `a new patch in ${overlay.folder || '/'}`, make: () => newPatch(wanted, { overlay, path: merge.path, value: merge.value ?? null }) }];
}

/** The topmost kustomization that somebody wrote and that leads to the object. */
async function overlayOf({ build, from, tree }: Wanted): Promise<Layer | undefined> {
  for (const layer of build.madeUp ? build.layers.slice(1) : build.layers) {
    if (layer.value['kind'] !== 'Component' && from && (await reachableFrom(tree, layer.folder)).has(from.file)) return layer;
  }
  return undefined;
}

interface NewPatch {
  readonly overlay: Layer;
  readonly path: readonly string[];
  readonly value: JsonValue;
}

async function newPatch({ object, resource, tree }: Wanted, { overlay, path, value }: NewPatch): Promise<readonly FileEdit[]> {
  const { apiVersion, kind } = object;
  const { name, namespace } = resource?.object.metadata ?? object.metadata;
  const said = below(path, value) as Readonly<Record<string, JsonValue>>;
  const patch: Readonly<Record<string, JsonValue>> = { metadata: { name, ...(namespace === undefined || !resource ? {} : { namespace }) }, ...said };
  const file = await freeName(tree, overlay.folder, `patch-${name.slice(0, 60)}`);
  const after = editField({ file: overlay.file, text: overlay.text, document: 0, path: ['patches', '-'], value: { path: file } });
  const place = overlay.folder === '' ? file : `${overlay.folder}/${file}`;
  const eol = overlay.text.includes('\r\n') ? '\r\n' : '\n';
  const text = Object.entries(patch).reduce((written, [key, item]) => editField({ file: place, text: written, document: 0, path: [key], value: item }), `apiVersion: ${apiVersion}\nkind: ${kind}\n`);
  return [{ path: overlay.file, before: overlay.text, after }, { path: place, before: undefined, after: text.replaceAll('\n', eol) }];
}

async function freeName(tree: Wanted['tree'], folder: string, stem: string): Promise<string> {
  const taken = new Set(await tree.list(folder));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? `${stem}.yaml` : `${stem}-${number}.yaml`;
    if (!taken.has(folder === '' ? name : `${folder}/${name}`)) return name;
  }
}
