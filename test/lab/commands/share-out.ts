import type { LabSpec } from '../specs.ts';

/** Minutes that a spec takes where nothing is said. */
const USUAL = 1;

/** Splits specs into at most `jobs` lists of about equal length in time, each in the order of the whole; no list is empty. */
export const shareOut = (specs: readonly LabSpec[], jobs: number): readonly (readonly LabSpec[])[] => {
  const shares = Array.from({ length: jobs }, () => ({ minutes: 0, names: new Set<string>() }));
  for (const { name, minutes = USUAL } of specs.toSorted((a, b) => (b.minutes ?? USUAL) - (a.minutes ?? USUAL))) {
    const [least] = shares.toSorted((a, b) => a.minutes - b.minutes);
    least?.names.add(name);
    if (least) least.minutes += minutes;
  }
  return shares.map(({ names }) => specs.filter(({ name }) => names.has(name))).filter((share) => share.length > 0);
};
