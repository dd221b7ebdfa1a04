import { withJobTemplate } from '../job-template.ts';
import type { ClassRules } from '../rule.ts';
import { withRunsInTurn } from '../runs-in-turn.ts';
import { takenUp } from '../taken-up.ts';
import { containerConfig } from './container-config.ts';
import { crashLoop } from './crash-loop.ts';
import { failedMount } from './failed-mount.ts';
import { imagePull } from './image-pull.ts';
import { oomKilled } from './oom-killed.ts';
import { containerCreate, initStuck, lifecycleHook, podSandbox, stuckTerminating } from './other-starts.ts';
import { probeFailed } from './probe-failed.ts';

/** Containers that do not start, or do not stay up. */
export const startingRules: ClassRules = {
  OOMKilled: withJobTemplate(oomKilled),
  CrashLoopBackOff: takenUp(crashLoop),
  ImagePullBackOff: withRunsInTurn(takenUp(imagePull)),
  CreateContainerConfigError: withRunsInTurn(takenUp(containerConfig)),
  CreateContainerError: withRunsInTurn(takenUp(containerCreate)),
  LifecycleHookFailed: withJobTemplate(lifecycleHook),
  InitContainerStuck: takenUp(initStuck),
  ProbeFailed: takenUp(probeFailed),
  FailedMount: withRunsInTurn(takenUp(failedMount)),
  FailedCreatePodSandBox: takenUp(podSandbox),
  StuckTerminating: stuckTerminating,
};
