import type { ClassRules } from '../rule.ts';
import { takenUp } from '../taken-up.ts';
import { evicted } from './evicted.ts';
import { nodeNotReady } from './node-not-ready.ts';
import { unschedulable } from './unschedulable.ts';

/** Pods that no node takes, or keeps. */
export const schedulingRules: ClassRules = {
  Unschedulable: takenUp(unschedulable),
  Evicted: takenUp(evicted),
  NodeNotReady: nodeNotReady,
};
