import { canonicalJson } from '@fleetmend/kernel';
import { editField, readValues, valueAt } from '@fleetmend/manifest';
import type { JsonValue, SourceFile } from '@fleetmend/model';
import { commonItems } from './common-items.ts';

/** One place of a file that had another value in its earlier state; what only the later state has is none, for there is nothing to put back. */
export interface FilePlace {
  /** Absent: the path is the number of a line. */
  readonly document?: number | undefined;
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

export interface FilePlaces {
  readonly places: readonly FilePlace[];
  /** What differs and is no single place, in words. */
  readonly others: readonly string[];
}

const SECRET_KINDS = /^(Secret|SealedSecret|ExternalSecret)$/;
/** What Git leaves in a file whose sides nobody has chosen between. */
const CONFLICT = /^(<{7}|={7}|>{7})( |$)/m;

/** Where a file says something else than it did, place by place: field by field, or line by line where it is no YAML (any more). */
export function placesBetween(earlier: string, head: string): FilePlaces {
  const [was, is] = [readValues(earlier), readValues(head)];
  if (was === undefined) return { places: [], others: ['it was no YAML earlier either'] };
  // A file of variables reads as one long text.
  if (is === undefined || [...was, ...is].some((value) => typeof value === 'string')) return linesBetween(earlier, head);
  const found = is.map((value, document) => documentPlaces(earlierOf(was, is, document), value, document));
  return { places: found.flatMap(({ places }) => places), others: found.flatMap(({ others }) => others) };
}

/** The value at a place; undefined: nothing stands there, or the file cannot be read so. */
export function valueAtPlace(text: string, { document, path }: Pick<FilePlace, 'document' | 'path'>): unknown {
  if (document === undefined) return text.split('\n')[Number(path[0]) - 1];
  const values = readValues(text);
  return values === undefined ? undefined : valueAt(values[document], [...path]);
}

/** The head's text with one place as it was earlier, all else byte for byte. @throws PermanentError `NotEditable`. */
export function putBack(file: string, head: string, { document, path, before, after }: FilePlace): string {
  if (document !== undefined) {
    const place = { file, document, path: [...path] };
    // Where it became a text and was a map, what stands there goes first: one is never written over the other.
    const text = after === undefined || after === null || shapeOf(after) === shapeOf(before) ? head : editField({ ...place, text: head, value: undefined });
    return editField({ ...place, text, value: before as JsonValue });
  }
  return head.split('\n').with(Number(path[0]) - 1, String(before)).join('\n');
}

export function isPlace(place: FilePlace, { document }: Pick<SourceFile, 'document'>, path: readonly string[]): boolean {
  return place.document === document && canonicalJson(place.path) === canonicalJson(path);
}

/** The same object of the earlier state; what is no object, or was called otherwise in the same place, goes by that. */
function earlierOf(was: readonly unknown[], is: readonly unknown[], document: number): unknown {
  const name = identityOf(is[document]);
  const same = name === undefined ? undefined : was.find((value) => identityOf(value) === name);
  if (same !== undefined) return same;
  const there = was.length === is.length ? was[document] : undefined;
  const itsName = identityOf(there);
  return itsName !== undefined && is.some((value) => identityOf(value) === itsName) ? undefined : there;
}

function identityOf(value: unknown): string | undefined {
  const { apiVersion, kind, metadata } = fieldsOf(value);
  const { namespace, name } = fieldsOf(metadata);
  return typeof kind === 'string' && typeof name === 'string' ? canonicalJson([String(apiVersion).split('/').slice(0, -1), kind, namespace ?? '', name]) : undefined;
}

function documentPlaces(was: unknown, is: unknown, document: number): FilePlaces {
  if (was === undefined || was === null) return { places: [], others: [] };
  const { kind, sops } = fieldsOf(is);
  if (SECRET_KINDS.test(String(kind)) || sops !== undefined) return { places: [], others: canonicalJson(was) === canonicalJson(is ?? null) ? [] : ['a Secret, which no machine edits'] };
  const { places, others } = differences(was, is, []);
  return { places: places.map((place) => ({ ...place, document })), others };
}

function differences(was: unknown, is: unknown, path: readonly string[]): FilePlaces {
  if (was === undefined || was === null || (is !== undefined && canonicalJson(was) === canonicalJson(is ?? null))) return NOTHING;
  if (Array.isArray(was) && Array.isArray(is)) return isNamed(was) && isNamed(is) ? namedDifferences(was, is, path) : listDifferences(was, is, path);
  if (isMap(was) && isMap(is)) return joined(Object.keys(was).map((key) => differences(was[key], is[key], [...path, key])));
  if (isText(was) && isText(is)) return textDifferences(was, is, path);
  return one({ path, before: was, after: is });
}

/** YAML inside a text, such as values in a ConfigMap, is gone into; of any other text of several lines no more than one may differ. */
function textDifferences(was: string, is: string, path: readonly string[]): FilePlaces {
  const inner = [was, is].map((text) => (text.includes('\n') ? readValues(text) : undefined));
  const [earlier, later] = inner.map((values) => (values?.length === 1 ? values[0] : undefined));
  if ((isMap(earlier) && isMap(later)) || (Array.isArray(earlier) && Array.isArray(later))) return differences(earlier, later, [...path, '!yaml']);
  const [a, b] = [was.split('\n'), is.split('\n')];
  const differing = a.filter((line, index) => line !== b[index]).length;
  return a.length === b.length && differing === 1 ? one({ path, before: was, after: is }) : { places: [], others: [`${path.join('/')} differs in more than one line`] };
}

/** Items go by their names; one that got another name in its place is the same, and one that is gone is added again at the end. */
function namedDifferences(was: readonly Named[], is: readonly Named[], path: readonly string[]): FilePlaces {
  const has = (list: readonly Named[], wanted: string | undefined) => list.some(({ name }) => name === wanted);
  return joined(
    was.map((item, place) => {
      const now = is[place];
      if (!has(is, item.name) && now !== undefined && !has(was, now.name)) return differences(item, now, [...path, String(place)]);
      return differences(item, is.find(({ name }) => name === item.name), [...path, `[name=${item.name}]`]);
    }),
  );
}

/** What stands between the items that both have in common changed there, in order. Items that only went make the list as a whole go back. */
function listDifferences(was: readonly unknown[], is: readonly unknown[], path: readonly string[]): FilePlaces {
  const pairs = commonItems(was.map((item) => canonicalJson(item ?? null)), is.map((item) => canonicalJson(item ?? null)));
  const gone = pairs.filter(({ to }) => to === undefined);
  if (gone.length > 0 && gone.length + is.length === was.length && pairs.every(({ from, to }) => to === undefined || canonicalJson(was[from ?? -1] ?? null) === canonicalJson(is[to] ?? null))) return one({ path, before: was, after: is });
  const changed = joined(pairs.map(({ from, to }) => (from === undefined || to === undefined ? NOTHING : differences(was[from], is[to], [...path, String(to)]))));
  return gone.length === 0 ? changed : { places: changed.places, others: [...changed.others, `${path.join('/')} lost an item, and changed besides`] };
}

/** A file that is no YAML any more, line by line: only what changed in place is a line that can go back. */
function linesBetween(earlier: string, head: string): FilePlaces {
  if (CONFLICT.test(head)) return { places: [], others: ['it holds a merge conflict, and only a person knows which side was meant'] };
  const [was, is] = [earlier.split('\n'), head.split('\n')];
  const pairs = commonItems(was, is);
  if (pairs.some(({ from, to }) => from === undefined || to === undefined)) return { places: [], others: ['lines came or went, and it is no YAML'] };
  const places = pairs.flatMap(({ from = 0, to = 0 }) => (was[from] === is[to] ? [] : [{ path: [String(to + 1)], before: was[from], after: is[to] }]));
  return { places, others: [] };
}

interface Named {
  readonly name: string;
}

const NOTHING: FilePlaces = { places: [], others: [] };
const one = (place: FilePlace): FilePlaces => (place.path.length === 0 ? { places: [], others: ['it is something else as a whole'] } : { places: [place], others: [] });
const joined = (all: readonly FilePlaces[]): FilePlaces => ({ places: all.flatMap(({ places }) => places), others: all.flatMap(({ others }) => others) });
const isMap = (value: unknown): value is Readonly<Record<string, unknown>> => value !== null && typeof value === 'object' && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value.includes('\n');
const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> => (isMap(value) ? value : {});

const shapeOf = (value: unknown): string => (Array.isArray(value) ? 'list' : isMap(value) ? 'map' : 'plain');

function isNamed(list: readonly unknown[]): list is readonly Named[] {
  const names = list.map((item) => fieldsOf(item)['name']);
  return list.length > 0 && names.every((name) => typeof name === 'string') && new Set(names).size === names.length;
}
