import { readDocuments, readValues, valueAt } from '@fleetmend/manifest';
import { pathsOf, resolvePath } from '@fleetmend/render';
import { inFile, inLayer, type Candidate } from './candidate.ts';
import { byIndex, isCalled, type Wanted } from './field.ts';
import { asFields, listOf, textsOf, type Layer } from './layers.ts';
import { patchesThatSay } from './patches.ts';

interface Replacement {
  /** Where it stands: in its kustomization, or in a file of its own. */
  readonly say: (path: readonly string[]) => Candidate;
  readonly value: Readonly<Record<string, unknown>>;
}

/**
 * Where replacements copy the field from: their own literal value, or a field of another object, as a patch or a file says it. Whatever is
 * written at the field itself is written over. Where the source is rendered too, or feeds other fields, rendering tells, and it is refused.
 */
export async function replacementSources(wanted: Wanted): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  for (const layer of wanted.build.layers) {
    for (const { say, value } of (await replacementsOf(wanted, layer)).toReversed()) {
      if (!listOf(value['targets']).some((target) => copiesTo(wanted, asFields(target)))) continue;
      if (value['sourceValue'] !== undefined) found.push(say(['sourceValue']));
      else found.push(...(await fromObject(wanted, asFields(value['source']))));
    }
  }
  return found;
}

async function replacementsOf({ tree, value }: Wanted, layer: Layer): Promise<readonly Replacement[]> {
  const found: Replacement[] = [];
  for (const [index, entry] of listOf(layer.value['replacements']).entries()) {
    const { path } = asFields(entry);
    const file = typeof path === 'string' ? resolvePath(layer.folder, path) : undefined;
    const text = file === undefined ? undefined : await tree.read(file);
    if (typeof path !== 'string') found.push({ value: asFields(entry), say: (at) => inLayer(`replacements in ${layer.file}`, layer, { path: ['replacements', String(index), ...at], value }) });
    if (file === undefined || text === undefined) continue;
    const [document] = readValues(text) ?? [];
    const listed = Array.isArray(document);
    for (const [place, one] of (listed ? (document as readonly unknown[]) : [document]).entries()) {
      found.push({ value: asFields(one), say: (at) => inFile(`the replacement in ${file}`, { file, text, document: 0, path: [...(listed ? [String(place)] : []), ...at], value }) });
    }
  }
  return found;
}

/** The whole value goes to the field; a part of a text (`options`) is for people. */
function copiesTo(wanted: Wanted, { select, fieldPaths, options }: Readonly<Record<string, unknown>>): boolean {
  const { kind, name } = asFields(select);
  const { delimiter } = asFields(options);
  const isAbout = (kind === undefined || kind === wanted.object.kind) && (name === undefined || isCalled(wanted, name));
  const field = byIndex(wanted.object, wanted.path);
  return isAbout && delimiter === undefined && field !== undefined && textsOf(fieldPaths).some((path) => {
    const copied = byIndex(wanted.object, segmentsOf(path));
    return copied?.length === field.length && copied.every((segment, depth) => segment === '*' || segment === field[depth]);
  });
}

/** `data.app\.yaml.[name=main]`, at its dots that no backslash guards. */
function segmentsOf(path: string): readonly string[] {
  return path.split(/(?<!\\)\./).map((segment) => segment.replaceAll('\\.', '.'));
}

/** The field of an object that is copied, in the patches and the file that say it. */
async function fromObject(wanted: Wanted, { kind, name, fieldPath, options }: Readonly<Record<string, unknown>>): Promise<readonly Candidate[]> {
  if (typeof kind !== 'string' || typeof name !== 'string' || typeof fieldPath !== 'string' || options !== undefined || kind === 'Secret') return [];
  const { tree, build, value } = wanted;
  const files = await pathsOf(tree);
  const path = segmentsOf(fieldPath);
  const found: Candidate[] = [];
  for (const layer of build.layers) {
    for (const file of textsOf(layer.value['resources']).flatMap((one) => resolvePath(layer.folder, one) ?? []).filter((one) => files.has(one))) {
      const text = (await tree.read(file)) ?? '';
      for (const { object, document, within } of readDocuments(text, file)) {
        if (object.kind !== kind || object.metadata.name !== name || valueAt(object, path) === undefined) continue;
        const source: Wanted = { tree, build, object, from: { file }, resource: { file, text, document, within, object }, path, value };
        found.push(...(await patchesThatSay(source)), inFile(file, { file, text, document, path: [...within, ...path], value }));
      }
    }
  }
  return found;
}
