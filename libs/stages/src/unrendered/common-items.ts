import { editDistance } from '@fleetmend/kernel';
import { longestCommon, type Match } from '@fleetmend/manifest';

/** Which item of one list became which of another; without `from` it is new, without `to` it is gone. */
export interface Twin {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** More combinations than these are not looked at: a file of that length was written by a machine. */
const MOST = 4_000_000;
/** Within one gap, where each two are compared sign by sign. */
const FEW = 400;

/**
 * Equal items by their longest common subsequence. What stands between two of them pairs up in order where as many went as came; else each
 * that went with the one that came which is most like it.
 */
export function commonItems(a: readonly string[], b: readonly string[]): readonly Twin[] {
  const twins: Twin[] = [];
  let [at, to] = [0, 0];
  for (const match of [...inCommon(a, b), { from: a.length, to: b.length }]) {
    twins.push(...between({ a, b }, { from: range(at, match.from), to: range(to, match.to) }));
    if (match.from < a.length) twins.push(match);
    [at, to] = [match.from + 1, match.to + 1];
  }
  return twins;
}

function range(start: number, end: number): readonly number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}

function between({ a, b }: { readonly a: readonly string[]; readonly b: readonly string[] }, { from, to }: { readonly from: readonly number[]; readonly to: readonly number[] }): readonly Twin[] {
  if (from.length === to.length) return from.map((index, place) => ({ from: index, to: to[place] }));
  const near = from.length * to.length > FEW ? [] : from.flatMap((old) => to.map((now) => ({ from: old, to: now, apart: editDistance(a[old] ?? '', b[now] ?? '') })));
  const pairs: Twin[] = [];
  for (const { from: old, to: now } of near.sort((one, other) => one.apart - other.apart)) if (!pairs.some((pair) => pair.from === old || pair.to === now)) pairs.push({ from: old, to: now });
  const gone = from.filter((index) => !pairs.some((pair) => pair.from === index)).map((index) => ({ from: index, to: undefined }));
  const came = to.filter((index) => !pairs.some((pair) => pair.to === index)).map((index) => ({ from: undefined, to: index }));
  return [...pairs, ...gone, ...came];
}

/** Equal ends are cut off before: files are long, and what differs in them is short. */
function inCommon(a: readonly string[], b: readonly string[]): readonly Match[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const head = Array.from({ length: start }, (_, index) => ({ from: index, to: index }));
  const tail = Array.from({ length: end }, (_, index) => ({ from: a.length - end + index, to: b.length - end + index }));
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const middle = left.length * right.length > MOST ? [] : longestCommon(left, right).map(({ from, to }) => ({ from: from + start, to: to + start }));
  return [...head, ...middle, ...tail];
}
