import { isFields } from './field.ts';
import { longestCommon } from './longest-common.ts';
import { sameValue } from './reading.ts';
import type { Exact } from './write.ts';

/** One small change: a field set (`undefined`: taken out), or a new item in a list before the one at `insertAt`. */
export type Step = { readonly path: readonly string[]; readonly value: Exact | undefined } | { readonly path: readonly string[]; readonly insertAt: number; readonly value: Exact };

/**
 * The small changes that turn what stands at `path` into `wanted`, so that every line that both have in common stays as it is.
 * `now` are the readings of the place, one a YAML version: only what all of them read as wanted is left alone.
 */
export function stepsTo(now: readonly unknown[], wanted: Exact | undefined, path: readonly string[]): readonly Step[] {
  if (now.every((one) => sameValue(one, wanted))) return [];
  if (isFields(wanted) && now.every(isFields)) return mapSteps(now, wanted, path);
  if (Array.isArray(wanted) && now.every(Array.isArray)) return listSteps(now, wanted, path);
  return [{ path, value: wanted }];
}

function mapSteps(now: readonly Record<string, unknown>[], wanted: Readonly<Record<string, Exact>>, path: readonly string[]): readonly Step[] {
  const sets = Object.entries(wanted).flatMap(([key, value]) => stepsTo(now.map((one) => (Object.hasOwn(one, key) ? one[key] : undefined)), value, [...path, key]));
  const gone = Object.keys(now[0] ?? {}).filter((key) => !Object.hasOwn(wanted, key));
  return [...sets, ...gone.map((key) => ({ path: [...path, key], value: undefined }))];
}

/** From the end to the start, so that no step moves the items of a later one. */
function listSteps(now: readonly (readonly unknown[])[], wanted: readonly Exact[], path: readonly string[]): readonly Step[] {
  const [old = [], ...others] = now;
  if (others.some((other) => other.length !== old.length)) return [{ path, value: wanted }];
  const steps: Step[] = [];
  let before = old.length;
  for (const { from, to } of pairUp(old, wanted).toReversed()) {
    if (from !== undefined) before = from;
    const value = to === undefined ? undefined : wanted[to];
    if (from === undefined && value !== undefined) steps.push({ path, insertAt: before, value });
    else if (from !== undefined) steps.push(...stepsTo(now.map((one) => one[from]), value, [...path, String(from)]));
  }
  return steps;
}

interface Twin {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** Which old item becomes which new one: by what they are called, else, between those, in order. */
function pairUp(old: readonly unknown[], wanted: readonly unknown[]): readonly Twin[] {
  const twins: Twin[] = [];
  let [at, to] = [0, 0];
  for (const match of [...longestCommon(old.map(identityOf), wanted.map(identityOf)), { from: old.length, to: wanted.length }]) {
    while (at < match.from || to < match.to) {
      const both = at < match.from && to < match.to && !(nameOf(old[at]) !== undefined && nameOf(wanted[to]) !== undefined);
      const takeOld = both || at < match.from;
      const takeNew = both || !takeOld;
      twins.push({ from: takeOld ? at : undefined, to: takeNew ? to : undefined });
      if (takeOld) at += 1;
      if (takeNew) to += 1;
    }
    if (match.from < old.length) twins.push(match);
    [at, to] = [match.from + 1, match.to + 1];
  }
  return twins;
}

function nameOf(item: unknown): string | undefined {
  return isFields(item) && typeof item['name'] === 'string' ? item['name'] : undefined;
}

function identityOf(item: unknown): string {
  return nameOf(item) ?? JSON.stringify(item, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)) ?? '';
}
