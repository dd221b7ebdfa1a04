import type { ClassRules } from '../rule.ts';

/** Pods that the API server refuses. */
export const creatingRules: ClassRules = {};
