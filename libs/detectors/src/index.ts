/** @module The detectors, one line each. A new one: a folder, a line here, a readme. */
import type { Detector } from '@fleetmend/plugin-api';
import { argoApplication } from './argo-application/argo-application.ts';
import { autoscalerInactive } from './autoscaler-inactive/autoscaler-inactive.ts';
import { autoscalerLimited } from './autoscaler-limited/autoscaler-limited.ts';
import { certificate } from './certificate/certificate.ts';
import { claimLost } from './claim-lost/claim-lost.ts';
import { claimPending } from './claim-pending/claim-pending.ts';
import { containerConfig } from './container-config/container-config.ts';
import { containerCreate } from './container-create/container-create.ts';
import { crashLoop } from './crash-loop/crash-loop.ts';
import { creationRefused } from './creation-refused/creation-refused.ts';
import { cronJobNotRunning } from './cron-job-not-running/cron-job-not-running.ts';
import { daemonSetMisscheduled } from './daemon-set-misscheduled/daemon-set-misscheduled.ts';
import { deploymentPaused } from './deployment-paused/deployment-paused.ts';
import { disruptionBlocked } from './disruption-blocked/disruption-blocked.ts';
import { drift } from './drift/drift.ts';
import { evicted } from './evicted/evicted.ts';
import { failedMount } from './failed-mount/failed-mount.ts';
import { fluxReady } from './flux-ready/flux-ready.ts';
import { gatewayRoute } from './gateway-route/gateway-route.ts';
import { imagePull } from './image-pull/image-pull.ts';
import { ingressBackend } from './ingress-backend/ingress-backend.ts';
import { initStuck } from './init-stuck/init-stuck.ts';
import { jobFailed } from './job-failed/job-failed.ts';
import { jobStuck } from './job-stuck/job-stuck.ts';
import { lifecycleHook } from './lifecycle-hook/lifecycle-hook.ts';
import { livenessProbe } from './liveness-probe/liveness-probe.ts';
import { loadBalancer } from './load-balancer/load-balancer.ts';
import { nodeNotReady } from './node-not-ready/node-not-ready.ts';
import { oomKilled } from './oom-killed/oom-killed.ts';
import { podSandbox } from './pod-sandbox/pod-sandbox.ts';
import { readinessProbe } from './readiness-probe/readiness-probe.ts';
import { rolloutStuck } from './rollout-stuck/rollout-stuck.ts';
import { scaledToZero } from './scaled-to-zero/scaled-to-zero.ts';
import { serviceEndpoints } from './service-endpoints/service-endpoints.ts';
import { servicePort } from './service-port/service-port.ts';
import { statefulSetStuck } from './stateful-set-stuck/stateful-set-stuck.ts';
import { stuckTerminating } from './stuck-terminating/stuck-terminating.ts';
import { unschedulable } from './unschedulable/unschedulable.ts';
import { volumeResize } from './volume-resize/volume-resize.ts';

export const detectors: readonly Detector[] = [
  argoApplication,
  autoscalerInactive,
  autoscalerLimited,
  certificate,
  claimLost,
  claimPending,
  containerConfig,
  containerCreate,
  crashLoop,
  creationRefused,
  cronJobNotRunning,
  daemonSetMisscheduled,
  deploymentPaused,
  disruptionBlocked,
  drift,
  evicted,
  failedMount,
  fluxReady,
  gatewayRoute,
  imagePull,
  ingressBackend,
  initStuck,
  jobFailed,
  jobStuck,
  lifecycleHook,
  livenessProbe,
  loadBalancer,
  nodeNotReady,
  oomKilled,
  podSandbox,
  readinessProbe,
  rolloutStuck,
  scaledToZero,
  serviceEndpoints,
  servicePort,
  statefulSetStuck,
  stuckTerminating,
  unschedulable,
  volumeResize,
];
