import { readDocuments, readValues, valueAt } from '@fleetmend/manifest';
import type { JsonValue } from '@fleetmend/model';
import { pathsOf, resolvePath } from '@fleetmend/render';
import { inFile, inLayer, type Candidate } from './candidate.ts';
import { byIndex, isCalled, type Wanted } from './field.ts';
import { asFields, listOf, textsOf, type Layer } from './layers.ts';
import { patchesThatSay } from './patches.ts';

interface Replacement {
  /** Where it stands: in its kustomization, or in a file of its own. */
  readonly say: (path: readonly string[], value: JsonValue) => Candidate;
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
      const target = listOf(value['targets']).map(asFields).find((one) => copiesTo(wanted, one));
      const part = target && copied(wanted, asFields(target['options']));
      if (part === undefined) continue;
      if (value['sourceValue'] !== undefined) found.push(say(['sourceValue'], part));
      else found.push(...(await fromObject({ ...wanted, value: part }, asFields(value['source']))));
    }
  }
  return found;
}

async function replacementsOf({ tree }: Wanted, layer: Layer): Promise<readonly Replacement[]> {
  const found: Replacement[] = [];
  for (const [index, entry] of listOf(layer.value['replacements']).entries()) {
    const { path } = asFields(entry);
    const file = typeof path === 'string' ? resolvePath(layer.folder, path) : undefined;
    const text = file === undefined ? undefined : await tree.read(file);
    if (typeof path !== 'string') found.push({ value: asFields(entry), say: (at, said) => inLayer(`replacements in ${layer.file}`, layer, { path: ['replacements', String(index), ...at], value: said }) });
    if (file === undefined || text === undefined) continue;
    const [document] = readValues(text) ?? [];
    const listed = Array.isArray(document);
    for (const [place, one] of (listed ? (document as readonly unknown[]) : [document]).entries()) {
      found.push({ value: asFields(one), say: (at, said) => inFile(`the replacement in ${file}`, { file, text, document: 0, path: [...(listed ? [String(place)] : []), ...at], value: said }) });
    }
  }
  return found;
}

/** What has to be copied for the field to be as wanted: all of it, or the one part of a text that `options` choose. Undefined: more than that differs. */
function copied({ object, path, value }: Wanted, { delimiter, index = 0 }: Readonly<Record<string, unknown>>): JsonValue | undefined {
  if (delimiter === undefined) return value;
  const now = valueAt(object, path);
  if (typeof delimiter !== 'string' || delimiter === '' || typeof index !== 'number' || typeof now !== 'string' || typeof value !== 'string') return undefined;
  const [parts, wanted] = [now.split(delimiter), value.split(delimiter)];
  const isElsewhere = parts.some((part, at) => at !== index && part !== wanted[at]);
  return parts.length === wanted.length && !isElsewhere ? wanted[index] : undefined;
}

function copiesTo(wanted: Wanted, { select, fieldPaths }: Readonly<Record<string, unknown>>): boolean {
  const { kind, name } = asFields(select);
  const isAbout = (kind === undefined || kind === wanted.object.kind) && (name === undefined || isCalled(wanted, name));
  const field = byIndex(wanted.object, wanted.path);
  return isAbout && field !== undefined && textsOf(fieldPaths).some((path) => {
    const target = byIndex(wanted.object, segmentsOf(path));
    return target?.length === field.length && target.every((segment, depth) => segment === '*' || segment === field[depth]);
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
