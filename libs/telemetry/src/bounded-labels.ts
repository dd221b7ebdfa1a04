/** What stands in for values beyond the limit. */
export const OTHER = 'other';

/**
 * Keeps a label's values few: the first `limit` stand as they are, every later one becomes `other`. A class or a rule that somebody
 * makes up for each event cannot fill the memory of whoever scrapes.
 */
export function firstValues(limit: number): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= limit) return OTHER;
    known.add(value);
    return value;
  };
}
