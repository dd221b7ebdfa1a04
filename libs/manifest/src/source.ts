import { type Pair, type ParsedNode, type YAMLMap, type YAMLSeq, isMap, isScalar, isSeq, visit } from 'yaml';
import type { YamlDocument } from './reading.ts';

export type ParsedMap = YAMLMap.Parsed;
export type ParsedSeq = YAMLSeq.Parsed;
export type ParsedPair = Pair<ParsedNode, ParsedNode | null>;

/** The text of a file and its habits. */
export interface Source {
  readonly text: string;
  /** How far a map is indented below its key. */
  readonly step: number;
  /** How far the dashes of a list are indented below its key. */
  readonly listStep: number;
  /** Every text in double quotes, as JSON asks for. */
  readonly json: boolean;
}

/** Reads the habits off the document; where it shows none, two spaces for maps and none for lists, as Kubernetes tools write. */
export function sourceOf(text: string, document: YamlDocument, file: string): Source {
  const steps: number[] = [];
  const listSteps: number[] = [];
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || !key.range || !(isMap(value) || isSeq(value)) || value.flow || !value.range) return;
      const deeper = columnOf(text, value.range[0]) - columnOf(text, key.range[0]);
      if (isSeq(value)) listSteps.push(deeper);
      else if (deeper > 0) steps.push(deeper);
    },
  });
  return { text, step: steps[0] ?? 2, listStep: Math.max(0, usual(listSteps) ?? 0), json: file.endsWith('.json') };
}

function usual(numbers: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const one of numbers) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/** The line end that the text around an offset uses. */
export function eolAt(text: string, offset: number): '\n' | '\r\n' {
  const after = text.indexOf('\n', offset);
  const at = after < 0 ? text.lastIndexOf('\n') : after;
  return at > 0 && text[at - 1] === '\r' ? '\r\n' : '\n';
}

export function columnOf(text: string, offset: number): number {
  const start = startOfLine(text, offset);
  return offset - start - (start === 0 && text.startsWith('\uFEFF') ? 1 : 0);
}

export function startOfLine(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** The offset after the line's end, or the end of the text. An offset that already begins a line stays. */
export function endOfLine(text: string, offset: number): number {
  if (text[offset - 1] === '\n') return offset;
  const newline = text.indexOf('\n', offset);
  return newline < 0 ? text.length : newline + 1;
}

/** Where the text of a pair ends, comments and blank lines after it apart. */
export function contentEnd(pair: ParsedPair): number {
  return pair.value ? nodeEnd(pair.value) : pair.key.range[1];
}

export function nodeEnd(node: ParsedNode): number {
  const last: unknown = (isMap(node) || isSeq(node)) && !node.flow ? node.items.at(-1) : undefined;
  if (last === undefined || last === null) return node.range[1];
  return isMap(node) ? contentEnd(last as ParsedPair) : nodeEnd(last as ParsedNode);
}

/** The offset behind the colon of a pair. */
export function colonOf(pair: ParsedPair): number | undefined {
  const sep = pair.srcToken && 'sep' in pair.srcToken ? pair.srcToken.sep : undefined;
  const colon = sep?.find((token) => token.type === 'map-value-ind');
  return colon && colon.offset + 1;
}

/** The offset of the dash before an item of a block list. */
export function dashOf(list: ParsedSeq, index: number): number | undefined {
  const token = list.srcToken;
  if (token?.type !== 'block-seq') return undefined;
  const dashes = token.items.flatMap(({ start }) => start.filter(({ type }) => type === 'seq-item-ind'));
  return dashes[index]?.offset;
}
