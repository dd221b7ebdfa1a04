/** @module The detectors, one line each. A new one: a folder, a line here, a readme. */
import type { Detector } from '@fleetmend/plugin-api';
import { containerConfig } from './container-config/container-config.ts';
import { containerCreate } from './container-create/container-create.ts';
import { crashLoop } from './crash-loop/crash-loop.ts';
import { creationRefused } from './creation-refused/creation-refused.ts';
import { failedMount } from './failed-mount/failed-mount.ts';
import { imagePull } from './image-pull/image-pull.ts';
import { initStuck } from './init-stuck/init-stuck.ts';
import { lifecycleHook } from './lifecycle-hook/lifecycle-hook.ts';
import { livenessProbe } from './liveness-probe/liveness-probe.ts';
import { oomKilled } from './oom-killed/oom-killed.ts';
import { podSandbox } from './pod-sandbox/pod-sandbox.ts';
import { readinessProbe } from './readiness-probe/readiness-probe.ts';
import { stuckTerminating } from './stuck-terminating/stuck-terminating.ts';

export const detectors: readonly Detector[] = [
  containerConfig,
  containerCreate,
  crashLoop,
  creationRefused,
  failedMount,
  imagePull,
  initStuck,
  lifecycleHook,
  livenessProbe,
  oomKilled,
  podSandbox,
  readinessProbe,
  stuckTerminating,
];
