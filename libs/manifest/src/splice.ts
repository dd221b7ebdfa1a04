import { type Pair, type ParsedNode, type YAMLMap, isMap, isScalar, isSeq } from 'yaml';
import { type ScalarValue, renderLiteral, renderScalar } from './scalar.ts';

/** Replaces the text between two offsets. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export type ParsedMap = YAMLMap.Parsed;
export type ParsedPair = Pair<ParsedNode, ParsedNode | null>;

/** The source and its habits: line ends and how far a nested map is indented. */
export interface Source {
  readonly text: string;
  readonly eol: string;
  readonly step: number;
}

/** Several ways to write one change, best looking first; the caller takes the first that reads back as intended. */
export type Candidates = readonly (readonly Splice[])[];

export function applySplices(text: string, splices: readonly Splice[]): string {
  return [...splices].sort((a, b) => b.from - a.from).reduce((result, { from, to, text: piece }) => result.slice(0, from) + piece + result.slice(to), text);
}

/** Another scalar in the place of this one, in the same quotes where the value allows. */
export function spliceScalar(source: Source, { node, pair }: { readonly node: ParsedNode; readonly pair: ParsedPair | undefined }, value: ScalarValue): Candidates {
  const [from, to] = node.range;
  if (from === to) {
    const at = (pair && colonOf(pair)) ?? from;
    return [[{ from: at, to: at, text: ` ${renderScalar(value)}` }], [{ from: at, to: at, text: ` ${renderScalar(value, 'Double')}` }]];
  }
  const type = isScalar(node) ? node.type : undefined;
  if (type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED') return spliceBlock(source, { from, to }, value);
  const style = type === 'QUOTE_SINGLE' ? 'Single' : type === 'QUOTE_DOUBLE' ? 'Double' : 'Plain';
  return [[{ from, to, text: renderScalar(value, style) }], [{ from, to, text: renderScalar(value, 'Double') }]];
}

function spliceBlock({ text, eol }: Source, { from, to }: { readonly from: number; readonly to: number }, value: ScalarValue): Candidates {
  const [header = '', ...lines] = text.slice(from, to).split(/\r?\n/);
  const comment = /\s+#.*$/.exec(header)?.[0] ?? '';
  const indent = /^ */.exec(lines.find((line) => line.trim() !== '') ?? '')?.[0] ?? '';
  const ending = /\r?\n$/.test(text.slice(from, to)) ? eol : '';
  const literal = typeof value === 'string' && indent !== '' ? renderLiteral(value, { indent, eol, comment }) : undefined;
  const inline = [{ from, to, text: `${renderScalar(value, 'Double')}${comment}${ending}` }];
  return literal === undefined ? [inline] : [[{ from, to, text: literal }], inline];
}

/** A key that is not there yet, with the maps between `map` and it. */
export function insertKey(source: Source, map: ParsedMap, { keys, value }: { readonly keys: readonly string[]; readonly value: ScalarValue }): Candidates {
  const last = map.items.at(-1);
  if (map.flow || !last) {
    const at = last ? contentEnd(last) : map.range[0] + 1;
    return [[{ from: at, to: at, text: `${last ? ', ' : ''}${renderFlow(keys, value)}` }]];
  }
  const indent = ' '.repeat(columnOf(source.text, map.range[0]));
  return [[linesAfter(source, contentEnd(last), renderBlock(keys, value, source.step).map((line) => indent + line))]];
}

/** The same below a key whose value is null or nothing at all. */
export function insertBelowNull(source: Source, pair: ParsedPair, { keys, value }: { readonly keys: readonly string[]; readonly value: ScalarValue }): Candidates {
  const node = pair.value;
  if (!node) return [];
  const [from, to] = node.range;
  const flow = `{${renderFlow(keys, value)}}`;
  if (from !== to) return [[{ from, to, text: flow }]];
  const indent = ' '.repeat(columnOf(source.text, pair.key.range[0]) + source.step);
  const block = linesAfter(source, from, renderBlock(keys, value, source.step).map((line) => indent + line));
  const at = colonOf(pair) ?? from;
  return [[block], [{ from: at, to: at, text: ` ${flow}` }]];
}

/** Takes a key out; the last one of a map leaves `{}` behind, for nothing at all would read as null. */
export function removeKey(source: Source, map: ParsedMap, { pair, parent }: { readonly pair: ParsedPair; readonly parent: ParsedPair | undefined }): Candidates {
  const { text } = source;
  const index = map.items.indexOf(pair as ParsedMap['items'][number]);
  const previous = map.items[index - 1];
  const next = map.items[index + 1];
  const from = pair.key.range[0];
  const end = contentEnd(pair);
  if (map.flow) {
    if (next) return [[{ from, to: next.key.range[0], text: '' }]];
    return [[{ from: previous ? contentEnd(previous) : from, to: end, text: '' }]];
  }
  const lineStart = text.lastIndexOf('\n', from - 1) + 1;
  const wholeLines: Splice = { from: lineStart, to: endOfLine(text, end), text: '' };
  if (!previous && !next) {
    const inPlace = [{ from, to: trimmedEnd(text, from, end), text: '{}' }];
    const colon = parent && colonOf(parent);
    return colon === undefined || colon > lineStart ? [inPlace] : [[{ from: colon, to: colon, text: ' {}' }, wholeLines], inPlace];
  }
  return text.slice(lineStart, from).trim() === '' || !next ? [[wholeLines]] : [[{ from, to: next.key.range[0], text: '' }]];
}

function linesAfter({ text, eol }: Source, offset: number, lines: readonly string[]): Splice {
  const at = text[offset - 1] === '\n' ? offset : endOfLine(text, offset);
  const body = lines.join(eol);
  return { from: at, to: at, text: text[at - 1] === '\n' ? `${body}${eol}` : `${eol}${body}` };
}

function renderBlock(keys: readonly string[], value: ScalarValue, step: number): readonly string[] {
  return keys.map((key, depth) => `${' '.repeat(step * depth)}${renderScalar(key)}:${depth === keys.length - 1 ? ` ${renderScalar(value)}` : ''}`);
}

function renderFlow([key = '', ...rest]: readonly string[], value: ScalarValue): string {
  return `${renderScalar(key)}: ${rest.length === 0 ? renderScalar(value) : `{${renderFlow(rest, value)}}`}`;
}

/** Where the text of a pair ends, comments and blank lines after it apart. */
function contentEnd(pair: ParsedPair): number {
  return pair.value ? nodeEnd(pair.value) : pair.key.range[1];
}

function nodeEnd(node: ParsedNode): number {
  if (isMap(node) && !node.flow) {
    const last = node.items.at(-1);
    if (last) return contentEnd(last as ParsedPair);
  }
  if (isSeq(node) && !node.flow) {
    const last = node.items.at(-1);
    if (last) return nodeEnd(last as ParsedNode);
  }
  return node.range[1];
}

function trimmedEnd(text: string, from: number, end: number): number {
  return from + text.slice(from, end).trimEnd().length;
}

function colonOf(pair: ParsedPair): number | undefined {
  const sep = pair.srcToken && 'sep' in pair.srcToken ? pair.srcToken.sep : undefined;
  const colon = sep?.find((token) => token.type === 'map-value-ind');
  return colon && colon.offset + 1;
}

export function columnOf(text: string, offset: number): number {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  return offset - lineStart - (lineStart === 0 && text.startsWith('\uFEFF') ? 1 : 0);
}

/** The offset after the line's end, or the end of the text. */
function endOfLine(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  return newline < 0 ? text.length : newline + 1;
}
