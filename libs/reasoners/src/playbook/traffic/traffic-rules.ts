import type { ClassRules } from '../rule.ts';

/** Services, Ingresses, routes. */
export const trafficRules: ClassRules = {};
