import { editField, valueAt } from '@fleetmend/manifest';
import type { JsonValue } from '@fleetmend/model';
import { type Candidate, fileEdit, inFile } from './candidate.ts';
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
      const { name, newName } = asFields(entry);
      return current.includes(String(name)) || (newName !== undefined && current.includes(String(newName))) ? [imageEntry(layer, { entry: asFields(entry), index, image: value })] : [];
    }),
  );
}

function imageEntry(layer: Layer, { entry, index, image }: { readonly entry: Readonly<Record<string, unknown>>; readonly index: number; readonly image: string }): Candidate {
  const { name, tag, digest } = partsOf(image);
  const said: readonly (readonly [string, JsonValue | undefined])[] = [
    ['newName', name === entry['name'] && entry['newName'] === undefined ? undefined : name],
    ['newTag', tag],
    ['digest', digest],
  ];
  return {
    what: `images in ${layer.file}`,
    make: () => fileEdit(layer.file, layer.text, said.reduce((text, [key, value]) => editField({ file: layer.file, text, document: 0, path: ['images', String(index), key], value }), layer.text)),
  };
}

/** Entries of `replicas:` that set the number already. */
export function replicaEntries(wanted: Wanted): readonly Candidate[] {
  const { path, value, build } = wanted;
  if (path.join('/') !== 'spec/replicas' || typeof value !== 'number') return [];
  return build.layers.flatMap((layer) =>
    listOf(layer.value['replicas']).flatMap((entry, index) =>
      isCalled(wanted, asFields(entry)['name']) ? [inFile(`replicas in ${layer.file}`, { file: layer.file, text: layer.text, document: 0, path: ['replicas', String(index), 'count'], value })] : [],
    ),
  );
}
