import type { ScenarioFile } from '../world/scenario-schema.ts';
import { asDifferencePath, differencesOf, sameStep, type Difference, type FieldDifference } from './file-differences.ts';
import { chooseDocument, readContent, readFileField, stepsIn, type Files } from './file-values.ts';
import { readField, renderSteps, sameValue, type Step } from './field-path.ts';
import { isWanted } from './wanted.ts';

type Changes = NonNullable<ScenarioFile['expect']['change']>;
export type Change = Extract<Changes[number], { readonly file: string }>;

/** Why the merged result is not what was wanted; empty: it is. `chosen` are the changes that it was measured by. */
export interface ChangeCheck {
  readonly missing: readonly string[];
  readonly chosen: readonly Change[];
}

/** All of `change` must hold; of an `anyOf`, one of its lists. */
export function checkChanges(changes: readonly Changes[number][], merged: Files): ChangeCheck {
  const checks = changes.map((change): ChangeCheck => {
    if (!('anyOf' in change)) return { missing: problemOf(change, merged), chosen: [change] };
    const lists = change.anyOf.map((list): ChangeCheck => ({ missing: list.flatMap((one) => problemOf(one, merged)), chosen: list }));
    return lists.find(({ missing }) => missing.length === 0) ?? { missing: [`none of: ${lists.map(({ missing }) => missing.join(' and ')).join(' | ')}`], chosen: lists.flatMap(({ chosen }) => chosen) };
  });
  return { missing: checks.flatMap(({ missing }) => missing), chosen: checks.flatMap(({ chosen }) => chosen) };
}

function problemOf(change: Change, merged: Files): readonly string[] {
  const value = readFileField(merged, change);
  return isWanted(value, change.to) ? [] : [`${change.file} ${change.path} is ${show(value)}, wanted ${show(change.to)}`];
}

export interface EditCheck {
  readonly faulty: Files;
  readonly earlier: readonly Files[];
  readonly after: Files;
  readonly chosen: readonly Change[];
}

/** Edits that nobody asked for: beside `change`, an earlier value of the same file may come back, and a request may move with its limit. */
export function otherEdits({ faulty, earlier, after, chosen }: EditCheck): readonly string[] {
  const differences = differencesOf(faulty, after);
  const asked = chosen.map((change) => askedPath(change, faulty, after));
  const isAsked = (difference: Difference) =>
    asked.some(({ file, document, path }) => file === difference.file && (!('path' in difference) || ((document === undefined || document === difference.document) && touches(difference.path, path))));
  const left = differences.filter((difference) => !isAsked(difference) && !isRestored(difference, earlier));
  const changed = differences.filter((difference): difference is FieldDifference => 'path' in difference);
  return left.filter((difference) => !movesWithLimit(difference, changed)).map(describe);
}

function askedPath(change: Change, before: Files, after: Files): { readonly file: string; readonly document: string | undefined; readonly path: readonly Step[] } {
  const [was, is] = [before, after].map((files) => {
    const content = readContent(change.file, files.get(change.file));
    return 'documents' in content ? chooseDocument(content, change) : undefined;
  });
  return { file: change.file, document: is?.[0] ?? was?.[0], path: asDifferencePath(stepsIn(change.file, change.path), was?.[1], is?.[1]) };
}

/** One lies in the other; or the difference is the name of the item that the wanted field was added to. */
function touches(difference: readonly Step[], wanted: readonly Step[]): boolean {
  const shared = Math.min(difference.length, wanted.length);
  if (difference.slice(0, shared).every((step, index) => sameStep(step, wanted[index] ?? step))) return true;
  const item = difference.slice(0, -1);
  const [last, holder] = [difference.at(-1), item.at(-1)];
  return last !== undefined && holder !== undefined && 'at' in last && 'key' in holder && last.at === holder.key && item.every((step, index) => wanted[index] !== undefined && sameStep(step, wanted[index]));
}

function isRestored(difference: Difference, earlier: readonly Files[]): boolean {
  return earlier.some((files) => {
    if (!('path' in difference)) {
      const lines = files.get(difference.file)?.split('\n') ?? [];
      return files.has(difference.file) && difference.added.every((line) => lines.includes(line)) && difference.removed.every((line) => !lines.includes(line));
    }
    const content = readContent(difference.file, files.get(difference.file));
    if (!('documents' in content)) return false;
    // A file that was not there held no value that could come back.
    if (!files.has(difference.file) && difference.after !== undefined) return false;
    return sameValue(readField(content.documents.get(difference.document), difference.path), difference.after);
  });
}

function movesWithLimit(difference: Difference, changed: readonly FieldDifference[]): boolean {
  if (!('path' in difference)) return false;
  const { file, document, path } = difference;
  const parent = path.at(-2);
  if (parent === undefined || !('at' in parent) || parent.at !== 'requests') return false;
  const limit = [...path.slice(0, -2), { at: 'limits' }, ...path.slice(-1)];
  return changed.some((other) => other.file === file && other.document === document && other.path.length === limit.length && other.path.every((step, index) => sameStep(step, limit[index] ?? step)));
}

/** One line about a difference, for people. */
export function describe(difference: Difference): string {
  if (!('path' in difference)) return `${difference.file}: ${[...difference.removed.map((line) => `-${line.trim()}`), ...difference.added.map((line) => `+${line.trim()}`)].join(' ')}`;
  return `${difference.file} ${renderSteps(difference.path)}: ${show(difference.before)} → ${show(difference.after)}`;
}

export function show(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}
