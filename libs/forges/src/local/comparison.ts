import type { BareRepository } from '@fleetmend/git';
import type { CommitInfo } from '@fleetmend/ports';

/** What a head brings to a base. */
export interface Comparison {
  /** Oldest first. */
  readonly commits: readonly CommitInfo[];
  readonly mergeable: boolean;
}

/** Compares two commits. Both are fixed by their ids, so what was found once is remembered. */
export type Compare = (repository: BareRepository, base: string, head: string) => Promise<Comparison>;

const REMEMBERED = 500;
const COMMITS = 100;

export function rememberedComparisons(): Compare {
  const known = new Map<string, Promise<Comparison>>();
  return (repository, base, head) => {
    const key = `${repository.path} ${base} ${head}`;
    const found = known.get(key);
    if (found) return found;
    const comparison = compare(repository, base, head);
    known.set(key, comparison);
    comparison.catch(() => known.delete(key));
    const [oldest] = known.keys();
    if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
    return comparison;
  };
}

async function compare(repository: BareRepository, base: string, head: string): Promise<Comparison> {
  const [commits, mergeable] = await Promise.all([repository.log({ from: head, without: base, limit: COMMITS }), repository.merges(base, head)]);
  return { commits: [...commits].reverse(), mergeable };
}
