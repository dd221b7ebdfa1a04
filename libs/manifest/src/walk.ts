import { type ParsedNode, isMap, isScalar, isSeq } from 'yaml';
import { parseSegment } from './field.ts';
import type { YamlDocument } from './reading.ts';
import type { ParsedPair } from './source.ts';

export interface Stride {
  readonly node: ParsedNode;
  /** The pair whose value the node is, when its parent is a map. */
  readonly pair: ParsedPair | undefined;
  /** Its place, when its parent is a list. */
  readonly index: number | undefined;
}

/** Follows a path as far as it exists. */
export function walk(document: YamlDocument, path: readonly string[]): { readonly strides: readonly Stride[]; readonly rest: readonly string[] } {
  if (!document.contents) return { strides: [], rest: path };
  const strides: Stride[] = [{ node: document.contents, pair: undefined, index: undefined }];
  for (const [depth, segment] of path.entries()) {
    const next = strideInto(strides.at(-1)?.node, segment);
    if (!next) return { strides, rest: path.slice(depth) };
    strides.push(next);
  }
  return { strides, rest: [] };
}

function strideInto(node: ParsedNode | undefined, segment: string): Stride | undefined {
  const asked = parseSegment(segment);
  if (isMap(node) && 'name' in asked) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === asked.name) as ParsedPair | undefined;
    return pair?.value ? { node: pair.value, pair, index: undefined } : undefined;
  }
  if (!isSeq(node)) return undefined;
  const index = 'name' in asked ? (/^\d+$/.test(asked.name) ? Number(asked.name) : -1) : node.items.findIndex((each) => isMap(each) && String(each.get(asked.select.key)) === asked.select.value);
  const item = node.items[index];
  return item ? { node: item as ParsedNode, pair: undefined, index } : undefined;
}
