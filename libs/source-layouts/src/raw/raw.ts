import { PermanentError } from '@fleetmend/kernel';
import { editField, readDocuments, type ManifestObject } from '@fleetmend/manifest';
import { type ObjectRef, renderRef } from '@fleetmend/model';
import { type SourceLayout, type SourceOrigin, definePlugin } from '@fleetmend/plugin-api';
import { z } from 'zod';
import { isNamed, listManifests, readFiles } from '../manifest-folder.ts';
import { locateRaw, rootOfRaw } from './locate.ts';

const Config = z.strictObject({});

/** Plain YAML files, applied as they are. */
export const raw = definePlugin<z.infer<typeof Config>, SourceLayout>({
  kind: 'raw',
  config: Config,
  create: () => ({ kind: 'raw', locate: locateRaw, rootOf: rootOfRaw, edit, render }),
});

const edit: SourceLayout['edit'] = async ({ origin, change, tree }) => {
  const before = await tree.read(origin.path);
  if (before === undefined) throw new PermanentError('SourceNotFound', `${origin.path} is not in ${tree.revision.slice(0, 8)} any more`);
  const found = findIn(readDocuments(before, origin.path), origin, change.object);
  if (!found) throw new PermanentError('SourceNotFound', `${origin.path} does not hold ${renderRef(change.object)}`);
  const after = change.fields.reduce((text, { path, value }) => editField({ file: origin.path, text, document: found.document, path: [...found.within, ...path], value }), before);
  return after === before ? [] : [{ path: origin.path, before, after }];
};

const render: SourceLayout['render'] = async ({ origin, tree }) => {
  const { objects, unreadable } = await readFiles(tree, await listManifests(tree, origin.root));
  const [broken] = unreadable;
  if (broken) throw new PermanentError('RenderFailed', broken.cause);
  return objects.map(({ object }) => object);
};

/** In the located document first: the object may stand in several namespaces, and none of them need be written down. */
function findIn(objects: readonly ManifestObject[], { document }: SourceOrigin, object: ObjectRef): ManifestObject | undefined {
  const named = objects.filter((found) => isNamed(found.object, object));
  const fits = ({ object: { metadata } }: ManifestObject) => metadata.namespace === undefined || metadata.namespace === object.namespace;
  return named.find((found) => found.document === document && fits(found)) ?? named.find((found) => found.document === document) ?? named.find(fits);
}
