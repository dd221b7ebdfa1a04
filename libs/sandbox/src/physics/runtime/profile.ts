import { hours, minutes, seconds } from '@fleetmend/kernel';
import type { Duration } from '@fleetmend/kernel';

/** The spans of time that the physics lives by. Each is a setting or a constant of real Kubernetes, unless it says otherwise. */
export interface PhysicsProfile {
  /** First delay of CrashLoopBackOff; doubles per restart. */
  readonly crashLoopInitial: Duration;
  /** The kubelet's `crashLoopBackOff.maxContainerRestartPeriod`. */
  readonly crashLoopMax: Duration;
  readonly imagePullInitial: Duration;
  readonly imagePullMax: Duration;
  /** How often a kubelet looks again at a pod that waits for something. */
  readonly podSync: Duration;
  /** How long a simulated sandbox, image pull and container start take, at least; up to twice as long. */
  readonly sandboxStart: Duration;
  readonly imagePull: Duration;
  readonly containerStart: Duration;
  /** Between the end of a container and the kubelet noticing it. */
  readonly containerRelist: Duration;
  /** How long a simulated process needs to stop when asked. */
  readonly containerStop: Duration;
  /** Back-off of controllers after a refusal. */
  readonly controllerRetryInitial: Duration;
  readonly controllerRetryMax: Duration;
  /** Renewal of node leases. */
  readonly leaseRenewal: Duration;
  /** Unschedulable pods are tried again this often without a reason. */
  readonly schedulerFlush: Duration;
  readonly eventsKept: Duration;
}

/** A cluster with default settings. */
export const DEFAULT_PROFILE: PhysicsProfile = {
  crashLoopInitial: seconds(10),
  crashLoopMax: minutes(5),
  imagePullInitial: seconds(10),
  imagePullMax: minutes(5),
  podSync: seconds(12),
  sandboxStart: 300,
  imagePull: 600,
  containerStart: 150,
  containerRelist: seconds(1),
  containerStop: 500,
  controllerRetryInitial: 250,
  controllerRetryMax: seconds(1000),
  leaseRenewal: seconds(10),
  schedulerFlush: minutes(5),
  eventsKept: hours(1),
};

/** For `npm start` and tests: nobody waits for minutes. The lab's kubelet runs with the same crash-loop cap. */
export const SHORT_PROFILE: PhysicsProfile = {
  ...DEFAULT_PROFILE,
  crashLoopMax: seconds(8),
  imagePullMax: seconds(20),
  controllerRetryMax: seconds(15),
};
