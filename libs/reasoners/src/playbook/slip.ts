import type { Case } from '@fleetmend/plugin-api';
import { changesInEffect, isTarget } from './changes-in-effect.ts';
import { nearestName } from './nearest-name.ts';

/** The name that was meant by a slip of the keyboard. `pool-1` is none for `pool-2`, nor `eu-a` for `eu-b`, `gp2` for `gp3`: those are other things. */
export function meantBy(wanted: string, known: Iterable<string>): string | undefined {
  return nearestName(wanted, [...known].filter((name) => !isSibling(wanted, name)));
}

function isSibling(one: string, other: string): boolean {
  const [a, b] = [one.split(/[-._/]/), other.split(/[-._/]/)];
  if (a.length !== b.length) return false;
  const different = a.flatMap((part, index) => (part === b[index] ? [] : [[part, b[index] ?? ''] as const]));
  return different.length > 0 && different.every(([left, right]) => left.length === right.length && (left.length <= 2 || left.replace(/\d+/g, '#') === right.replace(/\d+/g, '#')));
}

/** Git shows that the place is new: the target itself is, or a commit changed it, or what it is in. What stood for long and worked is no slip. */
export function isNewPlace(kase: Case, path: readonly string[]): boolean {
  return changesInEffect(kase).some((change) => isTarget(kase, change.object) && change.path.every((segment, index) => index >= path.length || path[index] === segment) && (change.path.length > 0 || change.before === undefined));
}
