import type { ClassRules } from '../rule.ts';
import { crashLoop } from './crash-loop.ts';
import { imagePull } from './image-pull.ts';
import { oomKilled } from './oom-killed.ts';

/** Containers that do not start, or do not stay up. */
export const startingRules: ClassRules = {
  OOMKilled: oomKilled,
  ImagePullBackOff: imagePull,
  CrashLoopBackOff: crashLoop,
};
