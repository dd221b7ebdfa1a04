import { PermanentError, isPermanent } from '@fleetmend/kernel';
import type { FieldPath } from '@fleetmend/model';
import { type ParsedNode, isMap, isScalar, isSeq, visit } from 'yaml';
import { parseSegment, renderPath, valueAt, withValue } from './field.ts';
import { YAML_VERSIONS, type YamlDocument, type YamlVersion, parseYaml, sameValue, valuesOf } from './reading.ts';
import { refuseDocument, refuseNode } from './refusal.ts';
import type { ScalarValue } from './scalar.ts';
import { type Candidates, type ParsedMap, type ParsedPair, type Source, applySplices, columnOf, insertBelowNull, insertKey, removeKey, spliceScalar } from './splice.ts';

export interface FieldEdit {
  /** For messages. */
  readonly file: string;
  readonly text: string;
  /** Index of the document in the file. */
  readonly document: number;
  readonly path: FieldPath;
  /** `undefined` takes the field out. */
  readonly value: ScalarValue | undefined;
}

/**
 * The file with one field changed, everything else byte for byte as it was; the same text when the field has the value already.
 *
 * The result is parsed again under YAML 1.1 and 1.2: under each, this value and nothing else in any document may differ.
 *
 * @example editField({ file, text, document: 0, path: ['spec', 'replicas'], value: 3 })
 * @throws PermanentError `NotEditable`, naming file, field and cause.
 */
export function editField({ file, text, document: index, path, value }: FieldEdit): string {
  const refuse = (cause: string): never => {
    throw new PermanentError('NotEditable', `${file} cannot be edited safely at ${renderPath(path)}: ${cause}`);
  };
  const before = readBoth(text, refuse);
  const document = parseYaml(text, '1.2')[index] ?? refuse(`it has no document ${index}`);
  try {
    const current = valueAt(before['1.2'][index], path);
    if (sameValue(current, exact(value)) && sameValue(valueAt(before['1.1'][index], path), exact(value))) return text;
    const reason = refuseDocument(text, document);
    if (reason) refuse(reason);
    for (const splices of candidates({ text, document, path, value }, refuse)) {
      const after = applySplices(text, splices);
      if (readsAsIntended(before, after, { index, path, value })) return after;
    }
  } catch (error) {
    if (isPermanent(error) && !error.message.startsWith(file)) refuse(error.message);
    throw error;
  }
  return refuse('no way to write it keeps every other value as it is, under YAML 1.1 and 1.2');
}

type BothReadings = Readonly<Record<YamlVersion, readonly unknown[]>>;

function readBoth(text: string, refuse: (cause: string) => never): BothReadings {
  const read = (version: YamlVersion): readonly unknown[] => {
    const result = valuesOf(parseYaml(text, version));
    if ('values' in result) return result.values;
    return refuse(`it is not valid YAML ${version} (${result.error})${text.includes('{{') ? '; it looks like a template' : ''}`);
  };
  return { '1.1': read('1.1'), '1.2': read('1.2') };
}

function readsAsIntended(before: BothReadings, after: string, { index, path, value }: Pick<FieldEdit, 'path' | 'value'> & { readonly index: number }): boolean {
  return YAML_VERSIONS.every((version) => {
    const read = valuesOf(parseYaml(after, version));
    const intended = before[version].map((document, at) => (at === index ? withValue(document, path, exact(value)) : document));
    return 'values' in read && sameValue(read.values, intended);
  });
}

/** Integers as the exact parser reads them. */
function exact(value: ScalarValue | undefined): unknown {
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
}

interface Step {
  readonly node: ParsedNode;
  /** The pair whose value the node is, when its parent is a map. */
  readonly pair: ParsedPair | undefined;
}

interface Place extends Pick<FieldEdit, 'text' | 'path' | 'value'> {
  readonly document: YamlDocument;
}

function candidates({ text, document, path, value }: Place, refuse: (cause: string) => never): Candidates {
  const { steps, rest } = walk(document, path);
  const last = steps.at(-1) ?? refuse('the document is empty');
  const cause = refuseNode(text, steps.map(({ node }) => node));
  if (cause) refuse(cause);
  const source: Source = { text, eol: /\r\n/.test(text) ? '\r\n' : '\n', step: indentStep(text, document) };
  if (rest.length === 0) {
    if (value !== undefined) return isScalar(last.node) ? spliceScalar(source, last, value) : refuse('a map or a list stands there, not a plain value');
    const above = steps.at(-2);
    if (!above || !last.pair || !isMap(above.node)) return refuse('only a key of a map can be taken out');
    return removeKey(source, above.node as ParsedMap, { pair: last.pair, parent: above.pair });
  }
  if (value === undefined) return [[]];
  if (rest.some((segment) => 'select' in parseSegment(segment))) return refuse(`the list item ${rest.find((segment) => segment.startsWith('['))} does not exist`);
  if (isMap(last.node)) return insertKey(source, last.node as ParsedMap, { keys: rest, value });
  if (isScalar(last.node) && last.node.value === null && last.pair) return insertBelowNull(source, last.pair, { keys: rest, value });
  return refuse(isSeq(last.node) ? `the list has no item ${rest[0]}` : `a plain value stands where ${rest[0]} should be looked up`);
}

/** Follows the path as far as it exists. */
function walk(document: YamlDocument, path: FieldPath): { readonly steps: readonly Step[]; readonly rest: FieldPath } {
  if (!document.contents) return { steps: [], rest: path };
  const steps: Step[] = [{ node: document.contents, pair: undefined }];
  for (const [depth, segment] of path.entries()) {
    const next = stepInto(steps.at(-1)?.node, segment);
    if (!next) return { steps, rest: path.slice(depth) };
    steps.push(next);
  }
  return { steps, rest: [] };
}

function stepInto(node: ParsedNode | undefined, segment: string): Step | undefined {
  const asked = parseSegment(segment);
  if (isMap(node) && 'name' in asked) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === asked.name) as ParsedPair | undefined;
    return pair?.value ? { node: pair.value, pair } : undefined;
  }
  if (!isSeq(node)) return undefined;
  const item = 'name' in asked ? (/^\d+$/.test(asked.name) ? node.items[Number(asked.name)] : undefined) : node.items.find((each) => isMap(each) && String(each.get(asked.select.key)) === asked.select.value);
  return item ? { node: item as ParsedNode, pair: undefined } : undefined;
}

/** How far this document indents a map inside a map; 2 where it never does. */
function indentStep(text: string, document: YamlDocument): number {
  let step: number | undefined;
  visit(document, {
    Pair(_, pair) {
      if (step !== undefined) return visit.BREAK;
      if (!isMap(pair.value) || pair.value.flow || !pair.value.range || !isScalar(pair.key) || !pair.key.range) return undefined;
      const deeper = columnOf(text, pair.value.range[0]) - columnOf(text, pair.key.range[0]);
      if (deeper > 0) step = deeper;
      return undefined;
    },
  });
  return step ?? 2;
}
