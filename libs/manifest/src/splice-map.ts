import { linesAfter, inAllManners, trimmedEnd, type Candidates, type Splice } from './splice.ts';
import { colonOf, columnOf, contentEnd, endOfLine, startOfLine, type ParsedMap, type ParsedPair, type Source } from './source.ts';
import { indent, renderInline, renderPair, type Exact, type Pen } from './write.ts';

/** A key that is not there yet, with the maps between it and what is there. */
export interface NewKey {
  readonly keys: readonly [string, ...string[]];
  readonly value: Exact;
}

export function insertKey(source: Source, map: ParsedMap, key: NewKey): Candidates {
  const last = map.items.at(-1);
  return inAllManners(source, 2, (pen) => {
    if (map.flow || !last) {
      const at = last ? contentEnd(last) : map.range[0] + 1;
      return [[{ from: at, to: at, text: `${last ? ', ' : ''}${flowPair(key, pen)}` }]];
    }
    return [[linesAfter(source.text, contentEnd(last), indent(blockPair(key, pen), columnOf(source.text, map.range[0])))]];
  });
}

/** The same below a key whose value is null or nothing at all. */
export function insertBelowNull(source: Source, pair: ParsedPair, key: NewKey): Candidates {
  const node = pair.value;
  if (!node) return [];
  const [from, to] = node.range;
  return inAllManners(source, 2, (pen) => {
    const flow = `{${flowPair(key, pen)}}`;
    if (from !== to) return [[{ from, to, text: flow }]];
    const at = colonOf(pair) ?? from;
    return [[linesAfter(source.text, from, indent(blockPair(key, pen), columnOf(source.text, pair.key.range[0]) + source.step))], [{ from: at, to: at, text: ` ${flow}` }]];
  });
}

function blockPair({ keys, value }: NewKey, pen: Pen): readonly string[] {
  const [key, below] = nested({ keys, value });
  return renderPair(key, below, pen);
}

function flowPair({ keys, value }: NewKey, pen: Pen): string {
  const [key, below] = nested({ keys, value });
  return renderInline({ [key]: below }, pen).slice(1, -1);
}

function nested({ keys: [first, ...rest], value }: NewKey): readonly [string, Exact] {
  return [first, rest.reduceRight<Exact>((below, key) => ({ [key]: below }), value)];
}

/** Takes a key out; the last one of a map leaves `{}` behind, for nothing at all would read as null. */
export function removeKey({ text }: Source, map: ParsedMap, { pair, parent }: { readonly pair: ParsedPair; readonly parent: ParsedPair | undefined }): Candidates {
  const index = map.items.indexOf(pair as ParsedMap['items'][number]);
  const [previous, next] = [map.items[index - 1], map.items[index + 1]];
  const from = pair.key.range[0];
  const end = contentEnd(pair);
  if (map.flow) {
    if (next) return [[{ from, to: next.key.range[0], text: '' }]];
    return [[{ from: previous ? contentEnd(previous) : from, to: end, text: '' }]];
  }
  const lineStart = startOfLine(text, from);
  const wholeLines: Splice = { from: lineStart, to: endOfLine(text, end), text: '' };
  if (!previous && !next) return leaveEmpty(text, { from, end, wholeLines, parent, empty: '{}' });
  return text.slice(lineStart, from).trim() === '' || !next ? [[wholeLines]] : [[{ from, to: next.key.range[0], text: '' }]];
}

interface Emptied {
  readonly from: number;
  readonly end: number;
  readonly wholeLines: Splice;
  readonly parent: ParsedPair | undefined;
  readonly empty: '{}' | '[]';
}

/** What is left of a block collection whose last part goes. */
export function leaveEmpty(text: string, { from, end, wholeLines, parent, empty }: Emptied): Candidates {
  const inPlace = [{ from, to: trimmedEnd(text, from, end), text: empty }];
  const colon = parent && colonOf(parent);
  return colon === undefined || colon > wholeLines.from ? [inPlace] : [[{ from: colon, to: colon, text: ` ${empty}` }, wholeLines], inPlace];
}
