import { type ParsedNode, isCollection, isScalar } from 'yaml';
import { chompOf, literalLines, renderScalar, type ScalarValue } from './scalar.ts';
import { type ParsedPair, type Source, colonOf, columnOf, endOfLine, eolAt, nodeEnd, startOfLine } from './source.ts';
import { type Exact, type Pen, MANNERS, indent, isFull, renderInline, renderLines } from './write.ts';

/** Replaces the text between two offsets. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Several ways to write one change, best looking first; the caller takes the first that reads back as intended. */
export type Candidates = readonly (readonly Splice[])[];

export function applySplices(text: string, splices: readonly Splice[]): string {
  return [...splices].sort((a, b) => b.from - a.from || b.to - a.to).reduce((result, { from, to, text: piece }) => result.slice(0, from) + piece + result.slice(to), text);
}

/** The same splices in every manner of writing. */
export function inAllManners(source: Source, dash: number, write: (pen: Pen) => Candidates): Candidates {
  return MANNERS.flatMap((manner) => write({ ...source, manner, dash }));
}

/** Where a value stands: its node, its pair when it is a value of a map, and whether flow style surrounds it. */
export interface Standing {
  readonly node: ParsedNode;
  readonly pair: ParsedPair | undefined;
  readonly inFlow: boolean;
}

/** Another scalar in the place of this one, in the same quotes where the value allows. */
export function spliceScalar(source: Source, { node, pair }: Standing, value: ScalarValue): Candidates {
  const [from, to] = node.range;
  if (from === to) {
    const at = (pair && colonOf(pair)) ?? from;
    return [[{ from: at, to: at, text: ` ${renderScalar(value, source.json ? 'Double' : 'Plain')}` }], [{ from: at, to: at, text: ` ${renderScalar(value, 'Double')}` }]];
  }
  const type = isScalar(node) ? node.type : undefined;
  if (type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED') return spliceBlock(source.text, { from, to, was: String(isScalar(node) ? node.value : ''), literal: type === 'BLOCK_LITERAL' }, value);
  const style = type === 'QUOTE_SINGLE' ? 'Single' : type === 'QUOTE_DOUBLE' || source.json ? 'Double' : 'Plain';
  return [[{ from, to, text: renderScalar(value, style) }], [{ from, to, text: renderScalar(value, 'Double') }]];
}

interface Block {
  readonly from: number;
  readonly to: number;
  readonly was: string;
  readonly literal: boolean;
}

function spliceBlock(text: string, block: Block, value: ScalarValue): Candidates {
  const { from, to } = block;
  const [header = '', ...lines] = text.slice(from, to).split(/\r?\n/);
  const comment = /\s+#.*$/.exec(header)?.[0] ?? '';
  const indentation = /^ */.exec(lines.find((line) => line.trim() !== '') ?? '')?.[0] ?? '';
  const eol = eolAt(text, from);
  const ending = /\r?\n$/.test(text.slice(from, to)) ? eol : '';
  const inline = [{ from, to, text: `${renderScalar(value, 'Double')}${comment}${ending}` }];
  if (typeof value !== 'string' || indentation === '') return [inline];
  const [sign, ...body] = literalLines(value) ?? [];
  const whole = sign === undefined ? [] : [[{ from, to, text: [`${sign}${comment}`, ...indent(body, indentation.length)].join(eol) + eol }]];
  const lineByLine = block.literal ? spliceLines(text, block, value) : undefined;
  return [...(lineByLine ? [lineByLine] : []), ...whole, inline];
}

/** Of a literal block only the lines that differ; undefined where its chomping would have to change. */
function spliceLines(text: string, { from, to, was }: Block, value: string): readonly Splice[] | undefined {
  const trailing = (one: string) => /\n*$/.exec(one)?.[0].length ?? 0;
  if (chompOf(trailing(was)) !== chompOf(trailing(value))) return undefined;
  const [old, fresh] = [was.split('\n'), value.split('\n')];
  let start = 0;
  while (start < old.length && start < fresh.length && old[start] === fresh[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < fresh.length - start && old[old.length - 1 - end] === fresh[fresh.length - 1 - end]) end += 1;
  const offsets = lineOffsets(text, endOfLine(text, from), to);
  const first = old.findIndex((line) => line.trim() !== '');
  const [begin, finish] = [offsets[start], offsets[old.length - end] ?? to];
  const sample = first < 0 ? undefined : offsets[first];
  if (begin === undefined || sample === undefined) return undefined;
  const by = (/^ */.exec(text.slice(sample))?.[0].length ?? 0) - (/^ */.exec(old[first] ?? '')?.[0].length ?? 0);
  const eol = eolAt(text, from);
  const body = indent(fresh.slice(start, fresh.length - end), by);
  const open = finish === text.length && !text.endsWith('\n');
  return [{ from: begin, to: finish, text: body.join(eol) + (open || body.length === 0 ? '' : eol) }];
}

function lineOffsets(text: string, from: number, to: number): readonly number[] {
  const offsets: number[] = [];
  for (let at = from; at < to; at = endOfLine(text, at + 1)) offsets.push(at);
  return offsets;
}

/** Any value in the place of any other. */
export function replaceNode(source: Source, standing: Standing, value: Exact): Candidates {
  return inAllManners(source, 2, (pen) => {
    const inPlace = inline(source.text, standing, renderInline(value, pen));
    return isFull(value) && !standing.inFlow && !source.json ? [block(source.text, standing, { lines: renderLines(value, pen), isList: Array.isArray(value), pen }), inPlace] : [inPlace];
  });
}

function inline(text: string, { node, pair }: Standing, written: string): readonly Splice[] {
  const [from, to] = [node.range[0], trimmedEnd(text, node.range[0], nodeEnd(node))];
  const [colon, lines] = [pair && colonOf(pair), ownLines(text, node)];
  if (colon !== undefined && (lines || from === to)) return [{ from: colon, to: colon, text: ` ${written}` }, ...(lines ? [lines] : [])];
  return [{ from, to, text: written }];
}

interface Lines {
  readonly lines: readonly string[];
  readonly isList: boolean;
  readonly pen: Pen;
}

function block(text: string, { node, pair }: Standing, { lines, isList, pen }: Lines): readonly Splice[] {
  const colon = pair && colonOf(pair);
  if (!pair || colon === undefined) {
    const [from, to] = [node.range[0], trimmedEnd(text, node.range[0], nodeEnd(node))];
    const [first = '', ...rest] = lines;
    return [{ from, to, text: [first, ...indent(rest, columnOf(text, from))].join(eolAt(text, from)) }];
  }
  const indented = indent(lines, columnOf(text, pair.key.range[0]) + (isList ? pen.listStep : pen.step));
  const own = ownLines(text, node);
  if (own) return [{ ...own, text: indented.map((line) => line + eolAt(text, own.from)).join('') }];
  const end = trimmedEnd(text, colon, nodeEnd(node));
  return [{ from: colon, to: end, text: '' }, linesAfter(text, end, indented)];
}

/** The lines of a block map or list that begins below its key; undefined when it does not stand on lines of its own. */
function ownLines(text: string, node: ParsedNode): Splice | undefined {
  const from = startOfLine(text, node.range[0]);
  return isCollection(node) && node.flow !== true && from > 0 && text.slice(from, node.range[0]).trim() === '' ? { from, to: endOfLine(text, nodeEnd(node)), text: '' } : undefined;
}

/** New lines after the line in which an offset stands. */
export function linesAfter(text: string, offset: number, lines: readonly string[]): Splice {
  const at = endOfLine(text, offset);
  const eol = eolAt(text, offset);
  const body = lines.join(eol);
  return { from: at, to: at, text: text[at - 1] === '\n' ? `${body}${eol}` : `${eol}${body}` };
}

export function trimmedEnd(text: string, from: number, end: number): number {
  return from + text.slice(from, end).trimEnd().length;
}
