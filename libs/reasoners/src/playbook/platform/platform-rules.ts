import type { ClassRules } from '../rule.ts';

/** Identity, certificates, and what applies Git. */
export const platformRules: ClassRules = {};
