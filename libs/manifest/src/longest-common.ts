/** An item that two lists have in common: its place in each. */
export interface Match {
  readonly from: number;
  readonly to: number;
}

/** The longest common subsequence of two lists, in time and space by the product of their lengths. */
export function longestCommon(a: readonly string[], b: readonly string[]): readonly Match[] {
  const lengths: number[][] = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  const get = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) (lengths[i] ?? [])[j] = a[i] === b[j] ? get(i + 1, j + 1) + 1 : Math.max(get(i + 1, j), get(i, j + 1));
  }
  const common: Match[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) common.push({ from: i++, to: j++ });
    else if (get(i + 1, j) >= get(i, j + 1)) i += 1;
    else j += 1;
  }
  return common;
}
