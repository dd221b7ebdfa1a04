import type { ClassRules } from '../rule.ts';
import { evicted } from './evicted.ts';
import { nodeNotReady } from './node-not-ready.ts';
import { unschedulable } from './unschedulable.ts';

/** Pods that no node takes, or keeps. */
export const schedulingRules: ClassRules = {
  Unschedulable: unschedulable,
  Evicted: evicted,
  NodeNotReady: nodeNotReady,
};
