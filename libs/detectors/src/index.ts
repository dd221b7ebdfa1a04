/** @module The detectors, one line each. A new one: a folder, a line here, a readme. */
import type { Detector } from '@fleetmend/plugin-api';
import { crashLoop } from './crash-loop/crash-loop.ts';
import { creationRefused } from './creation-refused/creation-refused.ts';
import { imagePull } from './image-pull/image-pull.ts';
import { oomKilled } from './oom-killed/oom-killed.ts';

export const detectors: readonly Detector[] = [
  crashLoop,
  creationRefused,
  imagePull,
  oomKilled,
];
