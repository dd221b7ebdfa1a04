import type { ClassRules } from '../rule.ts';

/** Workload controllers that do not get on. */
export const rolloutRules: ClassRules = {};
