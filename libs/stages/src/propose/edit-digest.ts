import { digestOf } from '@fleetmend/kernel';
import type { Action, FileEdit } from '@fleetmend/model';

/** The bytes alone: the same edit on another base has the same digest. */
export function editDigest(edits: readonly FileEdit[], action: Action): string {
  return digestOf({ action, files: edits.map(({ path, after }) => ({ path, after })) });
}

/** Base, action and bytes: what a verdict, an approval and a commit are given for. */
export function planDigest(base: string, edits: readonly FileEdit[], action: Action): string {
  return digestOf({ base, edit: editDigest(edits, action) });
}

/** Lines that an edit adds and removes, as a unified diff without context would count them. */
export function countLines({ before, after }: FileEdit): { readonly added: number; readonly removed: number } {
  const old = (before ?? '').split('\n');
  const fresh = after.split('\n');
  if (before === undefined) return { added: fresh.length, removed: 0 };
  const common = longestCommon(old, fresh);
  return { added: fresh.length - common, removed: old.length - common };
}

/** Length of the longest common subsequence, after equal ends are cut off: an edit is small, its file may not be. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const left = a.slice(start, a.length - end);
  const right = b.slice(start, b.length - end);
  let row = Array.from({ length: right.length + 1 }, () => 0);
  for (const line of left) {
    const next = [0];
    right.forEach((other, index) => next.push(line === other ? (row[index] ?? 0) + 1 : Math.max(next[index] ?? 0, row[index + 1] ?? 0)));
    row = next;
  }
  return start + end + (row.at(-1) ?? 0);
}
