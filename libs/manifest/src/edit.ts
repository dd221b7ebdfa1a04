import { PermanentError, isPermanent } from '@fleetmend/kernel';
import type { JsonValue } from '@fleetmend/model';
import { type ParsedNode, isMap, isScalar, isSeq } from 'yaml';
import { INNER_YAML, isFields, isNewItem, parseSegment, renderPath, valueAt, withValue } from './field.ts';
import { YAML_VERSIONS, type YamlDocument, type YamlVersion, parseYaml, sameValue, valuesOf } from './reading.ts';
import { refuseDocument, refuseNode } from './refusal.ts';
import { type ParsedMap, type ParsedSeq, type Source, sourceOf } from './source.ts';
import { type Candidates, applySplices, replaceNode, spliceScalar } from './splice.ts';
import { insertItem, removeItem } from './splice-list.ts';
import { insertBelowNull, insertKey, removeKey } from './splice-map.ts';
import { type Step, stepsTo } from './steps.ts';
import { type Stride, walk } from './walk.ts';
import { type Exact, isBranch } from './write.ts';

export interface FieldEdit {
  /** For messages; a name that ends in `.json` asks for JSON's quotes. */
  readonly file: string;
  readonly text: string;
  /** Index of the document in the file. */
  readonly document: number;
  /** `!yaml` goes on inside a text that holds YAML; as last segment, `-` (or the selector of an item that is not there) appends to a list. */
  readonly path: readonly string[];
  /** `undefined` takes the field, or the list item, out. */
  readonly value: JsonValue | undefined;
  /**
   * What becomes of maps that hold nothing else than what is taken out. They stay as `{}` by default, for `emptyDir: {}` and
   * nothing at all are not the same.
   */
  readonly emptyParents?: 'Keep' | 'Remove';
}

type Refuse = (cause: string) => never;
/** A text with both its readings. */
interface Reading {
  readonly text: string;
  readonly documents: readonly YamlDocument[];
  readonly values: Readonly<Record<YamlVersion, readonly unknown[]>>;
}

/**
 * The file with one field changed, everything else byte for byte as it was; the same text when the field has the value already.
 * Of a map or a list that is there already, only what differs is touched.
 *
 * The result is parsed again under YAML 1.1 and 1.2: under each, this value and nothing else in any document may differ.
 *
 * @example editField({ file, text, document: 0, path: ['spec', 'replicas'], value: 3 })
 * @example editField({ file, text, document: 0, path: ['data', 'app.yaml', '!yaml', 'server', 'port'], value: 8080 })
 * @throws PermanentError `NotEditable`, naming file, field and cause.
 */
export function editField(edit: FieldEdit): string {
  const inner = edit.path.indexOf(INNER_YAML);
  return inner < 0 ? editHere(edit, false) : editInside(edit, inner);
}

function editInside({ path, value, emptyParents, ...edit }: FieldEdit, inner: number): string {
  const outer = path.slice(0, inner);
  const refuse = refusing(edit.file, path);
  const text = valueAt(read(edit.text, refuse).values['1.2'][edit.document], outer);
  if (typeof text !== 'string') return refuse(`${renderPath(outer)} is not a text that could hold YAML`);
  if (path.length === inner + 1) return refuse(`it says to go on inside ${renderPath(outer)}, but not to which field`);
  const after = editField({ file: `${edit.file}, inside ${renderPath(outer)},`, text, document: 0, path: path.slice(inner + 1), value, ...(emptyParents ? { emptyParents } : {}) });
  return editHere({ ...edit, path: outer, value: after }, true);
}

function editHere({ file, text, document: index, path: asked, value, emptyParents }: FieldEdit, holdsYaml: boolean): string {
  const refuse = refusing(file, asked);
  try {
    const start = read(text, refuse);
    const document = start.documents[index] ?? refuse(`it has no document ${index}`);
    const path = emptyParents === 'Remove' && value === undefined ? withLoneParents(start.values['1.2'][index], asked) : asked;
    const wanted = exact(value);
    const steps = stepsTo(YAML_VERSIONS.map((version) => valueAt(start.values[version][index], path)), wanted, path);
    if (steps.length === 0) return text;
    const reason = refuseDocument(text, document);
    if (reason) refuse(reason);
    const end = steps.reduce((reading, step) => takeStep(reading, { file, index, step, holdsYaml }, refuse), start);
    if (steps.length > 1 && !holdsExactly(start, end, { index, intended: (root) => withValue(root, path, wanted) })) refuse('no way to write it keeps every other value as it is, under YAML 1.1 and 1.2');
    return end.text;
  } catch (error) {
    if (isPermanent(error) && !error.message.startsWith(file)) refuse(error.message);
    throw error;
  }
}

function refusing(file: string, path: readonly string[]): Refuse {
  return (cause) => {
    throw new PermanentError('NotEditable', `${file} cannot be edited safely at ${renderPath(path)}: ${cause}`);
  };
}

function read(text: string, refuse: Refuse): Reading {
  const reading = tryRead(text);
  return 'values' in reading ? reading : refuse(`it is not valid YAML ${reading.version} (${reading.error})${text.includes('{{') ? '; it looks like a template' : ''}`);
}

function tryRead(text: string): Reading | { readonly error: string; readonly version: YamlVersion } {
  const documents = parseYaml(text, '1.2');
  const [older, newer] = [valuesOf(parseYaml(text, '1.1')), valuesOf(documents)];
  if ('error' in newer) return { ...newer, version: '1.2' };
  if ('error' in older) return { ...older, version: '1.1' };
  return { text, documents, values: { '1.1': older.values, '1.2': newer.values } };
}

/** Up to the highest map that holds nothing but what goes. A list item is never taken for one. */
function withLoneParents(root: unknown, path: readonly string[]): readonly string[] {
  const above = path.slice(0, -1);
  const [parent, last] = [valueAt(root, above), above.at(-1)];
  const lone = isFields(parent) && Object.keys(parent).length === 1 && last !== undefined && isFields(valueAt(root, above.slice(0, -1)));
  return lone && valueAt(root, path) !== undefined ? withLoneParents(root, above) : path;
}

/** Integers as the exact parser reads them. */
function exact(value: JsonValue | undefined): Exact | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map((item: JsonValue) => exact(item) ?? null);
  if (typeof value !== 'object' || value === null) return value as Exact | undefined;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, exact(item) ?? null]));
}

interface StepInFile {
  readonly file: string;
  readonly index: number;
  readonly step: Step;
  readonly holdsYaml: boolean;
}

function takeStep(before: Reading, { file, index, step, holdsYaml }: StepInFile, refuse: Refuse): Reading {
  const document = before.documents[index] ?? refuse(`it has no document ${index}`);
  for (const splices of candidates(sourceOf(before.text, document, file), { document, step, holdsYaml }, refuse)) {
    const after = tryRead(applySplices(before.text, splices));
    if ('values' in after && holdsExactly(before, after, { index, intended: (root) => withStep(root, step) }) && (!file.endsWith('.json') || isJson(after.text))) return after;
  }
  return refuse('no way to write it keeps every other value as it is, under YAML 1.1 and 1.2');
}

function withStep(root: unknown, step: Step): unknown {
  if (!('insertAt' in step)) return withValue(root, step.path, step.value);
  const list: unknown = valueAt(root, step.path);
  return withValue(root, step.path, Array.isArray(list) ? list.toSpliced(step.insertAt, 0, step.value) : list);
}

function holdsExactly(before: Reading, after: Reading, { index, intended }: { readonly index: number; readonly intended: (root: unknown) => unknown }): boolean {
  return YAML_VERSIONS.every((version) => sameValue(after.values[version], before.values[version].map((document, at) => (at === index ? intended(document) : document))));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

interface StepInDocument {
  readonly document: YamlDocument;
  readonly step: Step;
  readonly holdsYaml: boolean;
}

function candidates(source: Source, { document, step, holdsYaml }: StepInDocument, refuse: Refuse): Candidates {
  const { strides, rest } = walk(document, step.path);
  const last = strides.at(-1) ?? refuse('the document is empty');
  const standing = { ...last, inFlow: strides.slice(0, -1).some(({ node }) => 'flow' in node && node.flow === true) };
  const replaced = rest.length === 0 && !('insertAt' in step) && !holdsYaml;
  const cause = refuseNode(source.text, document, { trail: strides.map(({ node }) => node), replaced });
  if (cause) refuse(cause);
  if ('insertAt' in step) return isSeq(last.node) ? insertItem(source, { list: last.node as ParsedSeq, standing }, { index: step.insertAt, value: step.value }) : refuse('there is no list to add to');
  const { value } = step;
  if (rest.length > 0) return value === undefined ? [[]] : add(source, { last, standing, rest, value }, refuse);
  if (value === undefined) return takeOut(source, strides, refuse);
  if (isScalar(last.node) && !isBranch(value)) return spliceScalar(source, standing, value);
  const shapes = [shapeOf(last.node), shapeOf(value)] as const;
  if (shapes[0] !== shapes[1] && !shapes.includes('null')) refuse(`${shapes[0]} stands there, not ${shapes[1]}`);
  return replaceNode(source, standing, value);
}

/** Kubernetes never takes one of these for another. */
function shapeOf(value: ParsedNode | Exact): string {
  if (isMap(value)) return 'a map';
  if (isSeq(value)) return 'a list';
  const plain = isScalar(value) ? value.value : value;
  if (plain === null) return 'null';
  return Array.isArray(plain) ? 'a list' : typeof plain === 'object' ? 'a map' : 'a plain value';
}

function takeOut(source: Source, strides: readonly Stride[], refuse: Refuse): Candidates {
  const [above, last] = [strides.at(-2), strides.at(-1)];
  if (above && last?.pair && isMap(above.node)) return removeKey(source, above.node as ParsedMap, { pair: last.pair, parent: above.pair });
  if (above && last?.index !== undefined && isSeq(above.node)) return removeItem(source, above.node as ParsedSeq, { index: last.index, parent: above.pair });
  return refuse('only a key of a map or an item of a list can be taken out');
}

interface Missing {
  readonly last: Stride;
  readonly standing: Stride & { readonly inFlow: boolean };
  readonly rest: readonly string[];
  readonly value: Exact;
}

function add(source: Source, { last, standing, rest, value }: Missing, refuse: Refuse): Candidates {
  const [first = '', ...deeper] = rest;
  const item = rest.at(-1) ?? '';
  const asked = parseSegment(item);
  if ('select' in asked && !(isFields(value) && String(value[asked.select.key]) === asked.select.value)) refuse(`the list item ${item} does not exist`);
  if (isSeq(last.node)) {
    const atEnd = deeper.length === 0 && (isNewItem(first) || first === String(last.node.items.length));
    return atEnd ? insertItem(source, { list: last.node as ParsedSeq, standing }, { index: last.node.items.length, value }) : refuse(`the list item ${first} does not exist`);
  }
  const [keys, below] = isNewItem(item) ? [rest.slice(0, -1), [value]] : [rest, value];
  const [key, ...others] = keys;
  const missing = keys.find((segment) => 'select' in parseSegment(segment));
  if (missing !== undefined) refuse(`the list item ${missing} does not exist`);
  if (isScalar(last.node) && last.node.value === null && last.pair) return key === undefined ? replaceNode(source, standing, below) : insertBelowNull(source, last.pair, { keys: [key, ...others], value: below });
  if (isMap(last.node) && key !== undefined) return insertKey(source, last.node as ParsedMap, { keys: [key, ...others], value: below });
  return refuse(`a plain value stands where ${first} should be looked up`);
}
