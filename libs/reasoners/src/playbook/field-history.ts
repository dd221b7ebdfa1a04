import { canonicalJson } from '@fleetmend/kernel';
import type { FieldHistory } from '@fleetmend/plugin-api';

/** One change of one field in Git: what it was, what it became, and the commit that made it so. */
export interface FieldChangeInGit {
  readonly path: readonly string[];
  readonly before: unknown;
  /** Newest commit that still held `before`. */
  readonly beforeCommit: string;
  readonly after: unknown;
  readonly changedBy: string;
  readonly changedAt: number;
}

/** The different values of a field, newest first; commits that did not change it fall together. */
export function distinctValues(history: FieldHistory): readonly { readonly value: unknown; readonly commit: string; readonly at: number }[] {
  const distinct: { value: unknown; commit: string; at: number }[] = [];
  for (const entry of history.values) {
    const last = distinct.at(-1);
    if (!last || canonicalJson(last.value) !== canonicalJson(entry.value)) distinct.push({ ...entry });
  }
  return distinct;
}

/** The last change of a field; undefined when Git knows one value only. */
export function lastChange(history: FieldHistory): FieldChangeInGit | undefined {
  const [current] = history.values;
  if (!current) return undefined;
  const changedAway = history.values.findIndex((entry) => canonicalJson(entry.value) !== canonicalJson(current.value));
  const before = history.values[changedAway];
  const setter = history.values[changedAway - 1];
  if (!before || !setter) return undefined;
  return { path: history.path, before: before.value, beforeCommit: before.commit, after: current.value, changedBy: setter.commit, changedAt: setter.at };
}

export function historyOf(histories: readonly FieldHistory[], path: readonly string[]): FieldHistory | undefined {
  const wanted = path.join('\u0000');
  return histories.find((history) => history.path.join('\u0000') === wanted);
}
