import { editField } from '@fleetmend/manifest';
import type { FileEdit, JsonValue } from '@fleetmend/model';
import { reachableFrom } from '@fleetmend/render';
import { inLayer, type Candidate } from './candidate.ts';
import { asMerge, type Wanted } from './field.ts';
import { inlinePatch, patchText } from '../inline-patch.ts';
import { folderOf } from '../manifest-folder.ts';
import { asFields, type Layer } from './layers.ts';
import { patchesToExtend } from './patches.ts';

/**
 * A patch in the overlay of the affected cluster: one more field in a patch of the object that it has already, else a new file
 * with an entry in its list of patches. The root comes first; an overlay below it where the root only gathers several.
 */
export async function overlayPatches(wanted: Wanted): Promise<readonly Candidate[]> {
  const merge = asMerge(wanted);
  if (!merge || freezesList(merge)) return [];
  const overlays = await overlaysOf(wanted);
  const ways = await Promise.all(overlays.map(async (overlay) => [...(await patchesToExtend(wanted, overlay)), { what: `a new patch in ${overlay.folder || '/'}`, make: () => newPatch(wanted, { overlay, path: merge.path, value: merge.value ?? null }) }]));
  return ways.flat();
}

/** A list whose items have no names is replaced as a whole: from then on it never follows its base again, and nobody is told. */
function freezesList({ value }: NonNullable<ReturnType<typeof asMerge>>): boolean {
  return Array.isArray(value) && value.some((item) => asFields(item)['name'] === undefined);
}

/** One more patch in the Kustomization of Flux that has the root built: where no file can say the field, or none that is this cluster's own. */
export function enginePatches(wanted: Wanted): readonly Candidate[] {
  const layer = wanted.build.layers.find(({ engine, closed }) => engine === 'flux' && closed === undefined);
  const merge = asMerge(wanted);
  const entry = layer && merge && !freezesList(merge) ? inlinePatch(wanted) : undefined;
  return layer && entry !== undefined ? [inLayer(`a new patch in ${layer.file}`, layer, { path: ['patches', '-'], value: entry })] : [];
}

/** The kustomizations that somebody wrote and that lead to the object from another folder, the topmost first; where there is but one, that one. */
async function overlaysOf({ build, from, tree }: Wanted): Promise<readonly Layer[]> {
  const written = build.layers.filter(({ engine }) => engine === undefined);
  const leading: Layer[] = [];
  for (const layer of build.madeUp ? written.slice(1) : written) {
    if (layer.value['kind'] !== 'Component' && from && (await reachableFrom(tree, layer.folder)).has(from.file)) leading.push(layer);
  }
  const [top, ...below] = leading;
  return top ? [top, ...below.filter(({ folder }) => from !== undefined && folder !== folderOf(from.file))] : [];
}

interface NewPatch {
  readonly overlay: Layer;
  readonly path: readonly string[];
  readonly value: JsonValue;
}

async function newPatch({ object, resource, tree }: Wanted, { overlay, path, value }: NewPatch): Promise<readonly FileEdit[]> {
  const { apiVersion, kind } = object;
  const { name, namespace } = resource?.object.metadata ?? object.metadata;
  const file = await freeName(tree, overlay.folder, `patch-${name.slice(0, 60)}`);
  const after = editField({ file: overlay.file, text: overlay.text, document: 0, path: ['patches', '-'], value: { path: file } });
  const place = overlay.folder === '' ? file : `${overlay.folder}/${file}`;
  const eol = overlay.text.includes('\r\n') ? '\r\n' : '\n';
  const text = patchText({ apiVersion, kind, name, namespace: resource ? namespace : undefined }, { path, value });
  return [{ path: overlay.file, before: overlay.text, after }, { path: place, before: undefined, after: text.replaceAll('\n', eol) }];
}

async function freeName(tree: Wanted['tree'], folder: string, stem: string): Promise<string> {
  const taken = new Set(await tree.list(folder));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? `${stem}.yaml` : `${stem}-${number}.yaml`;
    if (!taken.has(folder === '' ? name : `${folder}/${name}`)) return name;
  }
}
