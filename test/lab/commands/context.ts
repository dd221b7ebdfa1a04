import type { LabCache } from '../build/cache.ts';

/** What every command gets from `main.ts`, which alone reads the environment. */
export interface CommandContext {
  readonly cache: LabCache;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The repository's root. */
  readonly root: string;
  /** `test/lab` of the work tree. */
  readonly tree: string;
  /** Prints one line of progress. */
  readonly report: (line: string) => void;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

/** A mistake of the person at the keyboard: printed without a stack. */
export class UsageError extends Error {}

/** The named entries of a list, in the list's order; an unknown name is an error that lists the known ones. */
export const pick = <T extends { readonly name: string }>(all: readonly T[], names: readonly string[], what: string): readonly T[] => {
  const unknown = names.filter((name) => !all.some((entry) => entry.name === name));
  if (unknown.length > 0) {
    throw new UsageError(`unknown ${what} ${unknown.join(', ')}: known are ${all.map(({ name }) => name).join(', ')}`);
  }
  return all.filter(({ name }) => names.includes(name));
};
