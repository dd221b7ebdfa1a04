import { valueAt } from '@fleetmend/manifest';
import type { JsonValue } from '@fleetmend/model';
import { type Candidate, inLayer } from './candidate.ts';
import { isCalled, type Wanted } from './field.ts';
import { asFields, listOf, type Layer } from './layers.ts';

/** An image as its parts: `registry:5000/team/app:1.2@sha256:…`. */
export function partsOf(image: string): { readonly name: string; readonly tag: string | undefined; readonly digest: string | undefined } {
  const [, name = image, tag, digest] = /^(.*?)(?::([\w][\w.-]{0,127}))?(?:@([a-z0-9]+:[0-9a-f]+))?$/.exec(image) ?? [];
  return { name, tag, digest };
}

/** Entries of `images:` that set the image already. */
export function imageEntries(wanted: Wanted): readonly Candidate[] {
  const { object, resource, path, value } = wanted;
  if (path.at(-1) !== 'image' || typeof value !== 'string') return [];
  const current = [valueAt(object, path), valueAt(resource?.object, path)].filter((image): image is string => typeof image === 'string').map((image) => partsOf(image).name);
  return wanted.build.layers.flatMap((layer) =>
    listOf(layer.value['images']).flatMap((entry, index) => {
      if (typeof entry === 'string') return imageText(layer, { entry, index, image: value, current });
      const { name, newName } = asFields(entry);
      return current.includes(String(name)) || (newName !== undefined && current.includes(String(newName))) ? [imageEntry(layer, { entry: asFields(entry), index, image: value })] : [];
    }),
  );
}

function imageEntry(layer: Layer, { entry, index, image }: { readonly entry: Readonly<Record<string, unknown>>; readonly index: number; readonly image: string }): Candidate {
  const { name, tag, digest } = partsOf(image);
  const { newName, newTag: _, digest: __, ...rest } = entry as Readonly<Record<string, JsonValue>>;
  const value = { ...rest, ...(name === entry['name'] && newName === undefined ? {} : { newName: name }), ...(tag === undefined ? {} : { newTag: tag }), ...(digest === undefined ? {} : { digest }) };
  return inLayer(`images in ${layer.file}`, layer, { path: ['images', String(index)], value });
}

/** `name`, or `name=new`, each with tag or digest: so Argo CD's Applications say an image. */
function imageText(layer: Layer, { entry, index, image, current }: { readonly entry: string; readonly index: number; readonly image: string; readonly current: readonly string[] }): readonly Candidate[] {
  const { name, newName } = readImageText(entry);
  if (!current.includes(name) && !(newName !== undefined && current.includes(newName))) return [];
  const keepsName = entry.includes('=') || partsOf(image).name !== name;
  return [inLayer(`images in ${layer.file}`, layer, { path: ['images', String(index)], value: keepsName ? `${name}=${image}` : image })];
}

export function readImageText(entry: string): { readonly name: string; readonly newName: string | undefined; readonly newTag: string | undefined; readonly digest: string | undefined } {
  const equals = entry.indexOf('=');
  const { name, tag: newTag, digest } = partsOf(entry.slice(equals + 1));
  return equals < 0 ? { name, newName: undefined, newTag, digest } : { name: entry.slice(0, equals), newName: name, newTag, digest };
}

/** Entries of `replicas:` that set the number already. */
export function replicaEntries(wanted: Wanted): readonly Candidate[] {
  const { path, value, build } = wanted;
  if (path.join('/') !== 'spec/replicas' || typeof value !== 'number') return [];
  return build.layers.flatMap((layer) =>
    listOf(layer.value['replicas']).flatMap((entry, index) => {
      const { name, count } = asFields(entry);
      // Applications may hold the number as text.
      return isCalled(wanted, name) ? [inLayer(`replicas in ${layer.file}`, layer, { path: ['replicas', String(index), 'count'], value: typeof count === 'string' ? String(value) : value })] : [];
    }),
  );
}
