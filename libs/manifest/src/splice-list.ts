import type { ParsedNode } from 'yaml';
import { leaveEmpty } from './splice-map.ts';
import { linesAfter, inAllManners, replaceNode, type Candidates, type Standing } from './splice.ts';
import { columnOf, dashOf, endOfLine, eolAt, nodeEnd, startOfLine, type ParsedPair, type ParsedSeq, type Source } from './source.ts';
import { indent, isFull, renderInline, renderItem, type Exact } from './write.ts';

interface Place {
  readonly list: ParsedSeq;
  readonly standing: Standing;
}

interface NewItem {
  readonly index: number;
  readonly value: Exact;
}

/** A new item before the one at `index`, or after the last. */
export function insertItem(source: Source, { list, standing }: Place, { index, value }: NewItem): Candidates {
  const { text } = source;
  const [previous, next] = [list.items[index - 1], list.items[index]];
  if (list.flow) return insertInFlow(source, { list, standing }, { index, value });
  const dash = dashOf(list, 0);
  if (dash === undefined) return [];
  const column = columnOf(text, dash);
  return inAllManners(source, gapOf(text, list), (pen) => {
    const lines = renderItem(value, pen);
    if (previous) return [[linesAfter(text, nodeEnd(previous), indent(lines, column))]];
    const at = next && dashOf(list, 0);
    if (at === undefined) return [];
    const [first = '', ...rest] = [...lines, ''];
    const eol = eolAt(text, at);
    return [[{ from: at, to: at, text: [first, ...rest.map((line) => (line === '' ? '' : ' '.repeat(column) + line))].join(eol) + ' '.repeat(column) }]];
  });
}

function insertInFlow(source: Source, { list, standing }: Place, { index, value }: NewItem): Candidates {
  const [previous, next] = [list.items[index - 1], list.items[index]];
  const blocks = list.items.length === 0 && isFull(value) ? replaceNode(source, standing, [value]) : [];
  return [
    ...blocks,
    ...inAllManners(source, 2, (pen) => {
      const written = renderInline(value, pen);
      const at = previous ? nodeEnd(previous) : (next?.range[0] ?? list.range[0] + 1);
      return [[{ from: at, to: at, text: previous ? `, ${written}` : next ? `${written}, ` : written }]];
    }),
  ];
}

/** How wide the first item keeps its dash, the spaces after it included. */
function gapOf(text: string, list: ParsedSeq): number {
  const [dash, first] = [dashOf(list, 0), list.items[0]];
  if (dash === undefined || !first) return 2;
  const gap = first.range[0] - dash;
  return text.slice(dash + 1, first.range[0]).trim() === '' && !text.slice(dash, first.range[0]).includes('\n') && gap >= 2 && gap < 9 ? gap : 2;
}

/** Takes an item out; the last one leaves `[]` behind. */
export function removeItem({ text }: Source, list: ParsedSeq, { index, parent }: { readonly index: number; readonly parent: ParsedPair | undefined }): Candidates {
  const [previous, item, next] = [list.items[index - 1], list.items[index], list.items[index + 1]];
  if (!item) return [];
  if (list.flow) {
    if (next) return [[{ from: startOf(item), to: startOf(next), text: '' }]];
    return [[{ from: previous ? nodeEnd(previous) : startOf(item), to: nodeEnd(item), text: '' }]];
  }
  const dash = dashOf(list, index);
  if (dash === undefined) return [];
  const wholeLines = { from: startOfLine(text, dash), to: endOfLine(text, nodeEnd(item)), text: '' };
  if (!previous && !next) return leaveEmpty(text, { from: dash, end: nodeEnd(item), wholeLines, parent, empty: '[]' });
  const alone = text.slice(wholeLines.from, dash).trim() === '';
  const following = dashOf(list, index + 1);
  return alone || following === undefined ? [[wholeLines]] : [[{ from: dash, to: following, text: '' }]];
}

function startOf(node: ParsedNode): number {
  return node.range[0];
}
