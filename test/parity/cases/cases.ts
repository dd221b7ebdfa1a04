import type { ParityCase } from '../parity-case.ts';
import { creatingCases } from './creating.ts';
import { rolloutCases } from './rollout.ts';
import { schedulingCases } from './scheduling.ts';
import { startingCases } from './starting.ts';
import { storageCases } from './storage.ts';

/** Every failure shape that is compared, by the sections of `docs/failure-classes.md`. */
export const paritySections: readonly { readonly name: string; readonly cases: readonly ParityCase[] }[] = [
  { name: 'starting', cases: startingCases },
  { name: 'scheduling', cases: schedulingCases },
  { name: 'creating', cases: creatingCases },
  { name: 'rollout', cases: rolloutCases },
  { name: 'storage', cases: storageCases },
];

export const parityCases: readonly ParityCase[] = paritySections.flatMap(({ cases }) => cases);
