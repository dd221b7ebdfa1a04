import { type ParsedNode, isAlias, isCollection, isMap, isScalar, visit } from 'yaml';
import type { YamlDocument } from './reading.ts';

const GENERATED = /do not edit|do not modify|@generated|\bgenerated (by|from|with|using)\b|\bauto-?generated\b/i;

/** How people say, beside a value, that it is meant to be as it is. */
const MEANT = /\b(do not|don'?t|never|must (not|stay)|on purpose|intentional(ly)?|deliberate(ly)?|until)\b/i;

/** Why nobody but a tool may change this document; undefined: one may. */
export function refuseDocument(text: string, document: YamlDocument): string | undefined {
  if (GENERATED.test(headerOf(text, 0)) || GENERATED.test(headerOf(text, document.range[0]))) {
    return 'its header says that a tool generates it: change what it is generated from';
  }
  const { contents } = document;
  const encrypted = isMap(contents) && contents.items.some((pair) => isScalar(pair.key) && pair.key.value === 'sops' && isMap(pair.value));
  return encrypted ? 'SOPS guards it with a checksum over all values: edit it with sops' : undefined;
}

/**
 * Why the place itself cannot be changed safely; undefined: it can. `trail` are the nodes from the root to the deepest one
 * that exists on the path; `replaced`: all of its text goes, and is not only added to.
 */
export function refuseNode(text: string, document: YamlDocument, { trail, replaced }: { readonly trail: readonly ParsedNode[]; readonly replaced: boolean }): string | undefined {
  if (trail.some((node) => isAlias(node))) return 'an alias on the way to the field stands for text elsewhere: change the anchor by hand';
  const [parent, node] = [trail.at(-2), trail.at(-1)];
  if (!node) return 'the document is empty';
  for (const place of isCollection(node) && !replaced ? [node] : [node, parent]) {
    if (!place) continue;
    if ('anchor' in place && place.anchor !== undefined && ((replaced && place === node) || isRepeated(document, place.anchor))) return `anchor &${place.anchor} at the field may be used elsewhere`;
    if (isMap(place) && place.items.some((pair) => isScalar(pair.key) && pair.key.value === '<<')) return 'a merge key (<<) stands beside the field';
  }
  if (!replaced) return undefined;
  const source = text.slice(node.range[0], node.range[1]);
  if (source.includes('{{')) return 'its value is filled in by a template ({{ }}): change what the template reads';
  if (source.includes('${')) return 'its value is a ${variable}: change it where the variable is set';
  if (/\bENC\[AES256_GCM,/.test(source)) return 'its value is encrypted: edit it with sops';
  if (node.tag !== undefined) return `its value has the tag ${node.tag}`;
  const [beside = ''] = /^[ \t]*#.*/.exec(text.slice(node.range[1])) ?? [];
  if (MEANT.test(beside)) return `the comment beside it says that it is meant ("${beside.trim().slice(0, 120)}")`;
  return undefined;
}

/** An alias somewhere in the document stands for the text of that anchor. */
function isRepeated(document: YamlDocument, anchor: string): boolean {
  let found = false;
  visit(document, { Alias: (_, { source }) => ((found ||= source === anchor), found ? visit.BREAK : undefined) });
  return found;
}

/** The comment lines from `offset` up to the first line that is none, document markers and directives apart. */
function headerOf(text: string, offset: number): string {
  const lines: string[] = [];
  for (const line of text.slice(offset).replace(/^\uFEFF/, '').split('\n')) {
    if (!/^\s*(#|$|---|%)/.test(line)) break;
    lines.push(line);
  }
  return lines.join('\n');
}
