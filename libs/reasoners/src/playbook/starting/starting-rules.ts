import type { ClassRules } from '../rule.ts';
import { containerConfig } from './container-config.ts';
import { crashLoop } from './crash-loop.ts';
import { failedMount } from './failed-mount.ts';
import { imagePull } from './image-pull.ts';
import { oomKilled } from './oom-killed.ts';
import { withOrderedPods } from './ordered-pods.ts';
import { containerCreate, initStuck, lifecycleHook, podSandbox, stuckTerminating } from './other-starts.ts';
import { probeFailed } from './probe-failed.ts';

/** Containers that do not start, or do not stay up. */
export const startingRules: ClassRules = {
  OOMKilled: oomKilled,
  CrashLoopBackOff: withOrderedPods(crashLoop),
  ImagePullBackOff: withOrderedPods(imagePull),
  CreateContainerConfigError: withOrderedPods(containerConfig),
  CreateContainerError: withOrderedPods(containerCreate),
  LifecycleHookFailed: lifecycleHook,
  InitContainerStuck: withOrderedPods(initStuck),
  ProbeFailed: withOrderedPods(probeFailed),
  FailedMount: withOrderedPods(failedMount),
  FailedCreatePodSandBox: withOrderedPods(podSandbox),
  StuckTerminating: stuckTerminating,
};
