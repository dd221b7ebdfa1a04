import type { Admission } from '../api/cluster.ts';
import { requireNamespace } from './namespace-lifecycle.ts';

/** The admission chain, in the order in which the real server runs its own. */
export const ADMISSION: Admission = {
  mutating: [requireNamespace],
  validating: [],
};
