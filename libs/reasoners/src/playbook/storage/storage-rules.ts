import type { ClassRules } from '../rule.ts';

/** Volumes and claims. */
export const storageRules: ClassRules = {};
