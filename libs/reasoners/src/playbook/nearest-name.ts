/** The name among `known` that `wanted` was most likely meant to be: one or two slips of the keyboard away, and no other is as near. */
export function nearestName(wanted: string, known: Iterable<string>): string | undefined {
  const most = wanted.length < 5 ? 1 : wanted.length < 12 ? 2 : 3;
  const near = [...new Set(known)]
    .filter((name) => name !== wanted)
    .map((name) => ({ name, distance: plain(name) === plain(wanted) ? 0 : distanceOf(wanted, name) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance);
  const [first, second] = near;
  return first && (!second || second.distance > first.distance) ? first.name : undefined;
}

/** `DB_HOST`, `db-host` and `db.host` are one name in different spelling. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[-_.]/g, '');
}

/** Insertions, deletions, substitutions and swaps of neighbours. */
function distanceOf(a: string, b: string): number {
  let [before, last, row]: number[][] = [[], [], Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i += 1) {
    [before, last] = [last, row];
    row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before?.[j - 2] ?? Infinity) + 1 : Infinity;
      row.push(Math.min((last?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last?.[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1), swap));
    }
  }
  return row?.[b.length] ?? Infinity;
}
