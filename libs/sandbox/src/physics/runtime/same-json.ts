import { canonicalJson } from '@fleetmend/kernel';

/** Whether two JSON values are equal. What was only read is nearly always written in the same order, so the cheap comparison comes first. */
export function sameJson(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b) || canonicalJson(a) === canonicalJson(b);
}
