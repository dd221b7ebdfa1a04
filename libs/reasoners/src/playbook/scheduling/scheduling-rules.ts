import type { ClassRules } from '../rule.ts';

/** Pods that no node takes, or keeps. */
export const schedulingRules: ClassRules = {};
