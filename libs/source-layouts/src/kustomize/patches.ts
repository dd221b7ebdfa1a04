import { INNER_YAML, readValues, valueAt, type FieldEdit } from '@fleetmend/manifest';
import type { JsonValue } from '@fleetmend/model';
import type { Tree } from '@fleetmend/ports';
import { resolvePath } from '@fleetmend/render';
import { saysSame } from '../one-by-one.ts';
import { type Candidate, inLayer } from './candidate.ts';
import { asMerge, byIndex, isCalled, type Wanted } from './field.ts';
import { asFields, listOf, type Layer } from './layers.ts';

/** One document that patches objects: a part of another object, or a list of operations. */
export interface Patch {
  readonly file: string;
  readonly text: string;
  readonly document: number;
  /** Where it begins inside the document: inside a text of a kustomization, or at its root. */
  readonly prefix: readonly string[];
  readonly value: unknown;
  readonly target: Readonly<Record<string, unknown>> | undefined;
  /** Why no machine edits it there. */
  readonly closed?: string | undefined;
  readonly write?: Layer['write'];
}

/** Every patch of a kustomization, the last one, which has the last word, first. */
export async function readPatches(tree: Tree, layer: Layer): Promise<readonly Patch[]> {
  const entries = ['patchesStrategicMerge', 'patchesJson6902', 'patches'].flatMap((list) => listOf(layer.value[list]).map((entry, index) => ({ list, index, entry })));
  const patches: Patch[] = [];
  for (const { list, index, entry } of entries) {
    const { path, patch, target } = asFields(entry);
    const aims = typeof target === 'object' ? { target: asFields(target) } : { target: undefined };
    const inline = typeof entry === 'string' && entry.includes('\n') ? { text: entry, at: [] } : typeof patch === 'string' ? { text: patch, at: ['patch'] } : undefined;
    if (inline) {
      const value = readValues(inline.text)?.[0];
      patches.push({ file: layer.file, text: layer.text, document: layer.document, prefix: [...layer.at, list, String(index), ...inline.at, INNER_YAML], value, ...aims, closed: layer.closed, write: layer.write });
      continue;
    }
    const file = resolvePath(layer.folder, typeof path === 'string' ? path : typeof entry === 'string' ? entry : '/');
    const text = file === undefined ? undefined : await tree.read(file);
    if (file === undefined || text === undefined) continue;
    patches.push(...(readValues(text) ?? []).map((value, document) => ({ file, text, document, prefix: [], value, ...aims })));
  }
  return patches.toReversed();
}

/** True when the patch is about the object. A target's regular expressions are taken at their word; rendering has the last one. */
export function isAbout(wanted: Wanted, { value, target }: Patch): boolean {
  const { object } = wanted;
  if (target) {
    const { kind, name } = target;
    return (kind === undefined || matches(kind, object.kind)) && (name === undefined || matches(name, object.metadata.name) || matches(name, wanted.resource?.object.metadata.name ?? ''));
  }
  const { kind, metadata } = asFields(value);
  return kind === object.kind && isCalled(wanted, asFields(metadata)['name']);
}

function matches(pattern: unknown, text: string): boolean {
  if (typeof pattern !== 'string') return false;
  return pattern === text || (pattern.length < 100 && /^[\w.*-]+$/.test(pattern) && new RegExp(`^${pattern.replaceAll('**', '*')}$`).test(text));
}

/** The places in patches that set the field already. */
export async function patchesThatSay(wanted: Wanted): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  for (const layer of wanted.build.layers) {
    for (const patch of await readPatches(wanted.tree, layer)) {
      if (isAbout(wanted, patch)) found.push(...(Array.isArray(patch.value) ? inOperations(wanted, patch, patch.value) : inMerge(wanted, patch)));
    }
  }
  return found;
}

function inMerge(wanted: Wanted, patch: Patch): readonly Candidate[] {
  const inner = wanted.path.indexOf(INNER_YAML);
  if (inner >= 0) {
    // The text stands in the patch as it is rendered: what is inside it is changed there.
    const around = wanted.path.slice(0, inner);
    const isIts = valueAt(patch.value, around) !== undefined && valueAt(patch.value, around) === valueAt(wanted.object, around);
    return isIts ? [inPatch(`the patch in ${patch.file}`, patch, wanted)] : [];
  }
  const merge = asMerge(wanted);
  if (!merge || valueAt(patch.value, merge.path) === undefined) return [];
  const what = `the patch in ${patch.file}`;
  const say = (value: JsonValue | undefined) => inPatch(what, patch, { path: merge.path, value });
  return merge.value !== undefined ? [say(merge.value)] : [say(undefined), say(null)];
}

/** A field of a patch, by its path there. */
function inPatch(what: string, { file, text, document, prefix, closed, write }: Patch, field: Pick<FieldEdit, 'path' | 'value'>): Candidate {
  return inLayer(what, { file, text, document, at: prefix, closed, write }, field);
}

/** Operations that set the field, or something around it, from the last to the first. */
function inOperations(wanted: Wanted, patch: Patch, operations: readonly unknown[]): readonly Candidate[] {
  const pointer = byIndex(wanted.object, wanted.path);
  if (!pointer) return [];
  const found = operations.flatMap((operation, index) => {
    const { op, path } = asFields(operation);
    const at = typeof path === 'string' && (op === 'add' || op === 'replace') ? path.slice(1).split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')) : undefined;
    if (!at || !at.every((part, depth) => part === pointer[depth] || (depth === at.length - 1 && part === '-' && isItem(wanted, depth, operation)))) return [];
    const rest = wanted.path.slice(at.length);
    const place = rest.length === 0 && wanted.value === undefined ? [String(index)] : [String(index), 'value', ...rest];
    return [inPatch(`operation ${index} of the patch in ${patch.file}`, patch, { path: place, value: wanted.value })];
  });
  return found.toReversed();
}

/** An operation that appends brings the list item that this segment calls by its name; by its place, where it stands there as it was brought. */
function isItem({ object, path }: Wanted, depth: number, operation: unknown): boolean {
  const { value } = asFields(operation);
  const [, key = '', named = ''] = /^\[([^=\]]+)=(.*)\]$/s.exec(path[depth] ?? '') ?? [];
  if (key !== '') return asFields(value)[key] === named;
  return value !== undefined && saysSame(value, valueAt(object, path.slice(0, depth + 1)));
}

/** Further fields for patches of the object that a kustomization has already. */
export async function patchesToExtend(wanted: Wanted, layer: Layer): Promise<readonly Candidate[]> {
  const merge = asMerge(wanted);
  if (!merge) return [];
  const patches = (await readPatches(wanted.tree, layer)).filter((patch) => isAbout(wanted, patch) && !Array.isArray(patch.value) && valueAt(patch.value, merge.path) === undefined);
  return patches.map((patch) => {
    return inPatch(`one more field in the patch in ${patch.file}`, patch, grownFrom(patch.value, { path: merge.path, value: merge.value ?? null }));
  });
}

interface Said {
  readonly path: readonly string[];
  readonly value: JsonValue;
}

/** The same, said at the deepest place that is there already: a list item that is missing comes whole, with its name. */
export function grownFrom(root: unknown, { path, value }: Said): Said {
  const at = path.findIndex((segment, depth) => segment.startsWith('[') && valueAt(root, path.slice(0, depth + 1)) === undefined);
  return at < 0 ? { path, value } : { path: path.slice(0, at + 1), value: builtFrom(path.slice(at), value) };
}

/** What a path leads to, built from nothing: `['[name=app]', 'image']` gives `{name: app, image: value}`; null takes a list item out. */
export function builtFrom([segment, ...rest]: readonly string[], value: JsonValue): JsonValue {
  const [, key = '', named = ''] = /^\[([^=\]]+)=(.*)\]$/s.exec(segment ?? '') ?? [];
  if (rest.length === 0 && value === null) return { [key]: named, $patch: 'delete' };
  if (rest.length === 0) return value;
  return { [key]: named, ...(below(rest, value) as object) };
}

/** The maps and lists around a value. */
export function below(path: readonly string[], value: JsonValue): JsonValue {
  const [segment, ...rest] = path;
  if (segment === undefined) return value;
  return segment.startsWith('[') ? [builtFrom([segment, ...rest], value)] : { [segment]: below(rest, value) };
}
