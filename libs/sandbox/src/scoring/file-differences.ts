import { child, isMap, readYamlText, sameValue, type Step } from './field-path.ts';
import { readContent, type Files } from './file-values.ts';

/** A leaf that differs between two states of a file. Undefined: not there. */
export interface FieldDifference {
  readonly file: string;
  /** The document's name inside the file. */
  readonly document: string;
  readonly path: readonly Step[];
  readonly before: unknown;
  readonly after: unknown;
}

/** Lines of a file that has no fields. */
export interface TextDifference {
  readonly file: string;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

export type Difference = FieldDifference | TextDifference;

/** Every value that differs between two states of a repository; comments and forms of writing do not count. */
export function differencesOf(before: Files, after: Files): readonly Difference[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((file) => (before.get(file) === after.get(file) ? [] : differencesOfFile(file, before.get(file), after.get(file))));
}

function differencesOfFile(file: string, before: string | undefined, after: string | undefined): readonly Difference[] {
  const [was, is] = [readContent(file, before), readContent(file, after)];
  if (!('documents' in was) || !('documents' in is)) return [{ file, ...lineDifferences(before, after) }];
  return [...new Set([...was.documents.keys(), ...is.documents.keys()])].flatMap((document) => leaves(was.documents.get(document), is.documents.get(document), []).map((leaf) => ({ file, document, ...leaf })));
}

/** Added and removed lines, wherever they stand. */
export function lineDifferences(before: string | undefined, after: string | undefined): { readonly removed: readonly string[]; readonly added: readonly string[] } {
  const [was, is] = [before?.split('\n') ?? [], after?.split('\n') ?? []];
  return { removed: beyond(was, is), added: beyond(is, was) };
}

/** The lines of `lines` that `others` does not have as often. */
function beyond(lines: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

type Leaf = Pick<FieldDifference, 'path' | 'before' | 'after'>;

function leaves(before: unknown, after: unknown, path: readonly Step[]): readonly Leaf[] {
  if (sameValue(before, after)) return [];
  const steps = stepsBelow(before, after);
  const found = steps.flatMap((step) => leaves(child(before, step), child(after, step), [...path, step]));
  return found.length > 0 ? found : [{ path, before, after }];
}

/** How the two are compared piece by piece; empty: as a whole. */
export function stepsBelow(before: unknown, after: unknown): readonly Step[] {
  if (isMapOrNothing(before) && isMapOrNothing(after)) return keysOf(before, after).map((at) => ({ at }));
  if (isListOrNothing(before) && isListOrNothing(after)) {
    const [was, is] = [before ?? [], after ?? []];
    if (areNamed(was) && areNamed(is)) return [...new Set([...was, ...is].map((item) => String(item['name'])))].map((value) => ({ key: 'name', value }));
    return was.length === is.length ? was.map((_, index) => ({ at: String(index) })) : [];
  }
  if (typeof before === 'string' && typeof after === 'string') {
    const [was, is] = [before, after].map((text) => (text.includes(':') ? readYamlText(text) : undefined));
    if (typeof was === 'object' && typeof is === 'object' && was !== null && is !== null) return [{ inside: 'yaml' }];
  }
  return [];
}

/** The same path as {@link differencesOf} writes it: items of named lists by their name. */
export function asDifferencePath(path: readonly Step[], before: unknown, after: unknown): readonly Step[] {
  const [step, ...rest] = path;
  if (step === undefined) return [];
  const below = stepsBelow(before, after);
  const meant = below.find((one) => sameStep(one, step)) ?? below.find((one) => [before, after].some((value) => isSameItem(value, one, step))) ?? step;
  return [meant, ...asDifferencePath(rest, child(before, meant), child(after, meant))];
}

function isSameItem(value: unknown, one: Step, other: Step): boolean {
  const item = child(value, one);
  return item !== undefined && item === child(value, other);
}

export function sameStep(a: Step, b: Step): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

const isMapOrNothing = (value: unknown): value is Readonly<Record<string, unknown>> | undefined | null => value === undefined || value === null || isMap(value);
const isListOrNothing = (value: unknown): value is readonly unknown[] | undefined | null => value === undefined || value === null || Array.isArray(value);

function keysOf(...maps: readonly (Readonly<Record<string, unknown>> | undefined | null)[]): readonly string[] {
  return [...new Set(maps.flatMap((map) => Object.keys(map ?? {})))];
}

function areNamed(items: readonly unknown[]): items is readonly Readonly<Record<string, unknown>>[] {
  const names = items.map((item) => (isMap(item) ? item['name'] : undefined));
  return names.every((name) => typeof name === 'string') && new Set(names).size === names.length;
}
