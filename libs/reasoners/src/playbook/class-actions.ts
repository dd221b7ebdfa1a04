import type { Action, ActionName, FailureClass } from '@fleetmend/model';

/** What goes back is always a candidate: the change in Git comes first. */
const BACK = ['restoreField'] as const;

/**
 * Which actions the rules of a class may propose, and no others: whatever else a rule comes up with is left out. A class without any is only ever handed to a person. The page `docs/actions.md` is printed from it.
 */
export const classActions: Readonly<Record<FailureClass, readonly ActionName[]>> = {
  OOMKilled: ['setResources', ...BACK],
  CrashLoopBackOff: [...BACK, 'setHost', 'setVolume', 'setImage'],
  ImagePullBackOff: ['setImage', 'setPodField', 'setReference', ...BACK],
  CreateContainerConfigError: [...BACK, 'setReference', 'setSecurityContext', 'setImage'],
  CreateContainerError: [...BACK, 'setVolume'],
  LifecycleHookFailed: [...BACK, 'setHost'],
  InitContainerStuck: [...BACK, 'setHost'],
  ProbeFailed: ['setProbe', 'setPort', ...BACK],
  FailedMount: [...BACK, 'setReference', 'setVolume'],
  FailedCreatePodSandBox: [...BACK, 'setPodField'],
  StuckTerminating: [],
  Unschedulable: [...BACK, 'setScheduling', 'setPort', 'setResources', 'setReference', 'setReplicas', 'setVolume'],
  Evicted: [...BACK, 'setResources', 'setVolume'],
  NodeNotReady: [],
  QuotaExceeded: [...BACK, 'setResources'],
  LimitRangeViolated: [...BACK, 'setResources'],
  PodSecurityViolated: [...BACK, 'setSecurityContext'],
  AdmissionDenied: BACK,
  WebhookUnavailable: BACK,
  ServiceAccountNotFound: ['setReference'],
  PriorityClassNotFound: [...BACK, 'setReference'],
  FailedCreate: [...BACK, 'setPodField'],
  ProgressDeadlineExceeded: BACK,
  DeploymentPaused: BACK,
  ScaledToZero: BACK,
  StatefulSetStuck: BACK,
  DaemonSetMisscheduled: BACK,
  JobFailed: BACK,
  JobStuck: BACK,
  CronJobNotRunning: [...BACK, 'setSchedule'],
  DisruptionBlocked: [...BACK, 'setReplicas'],
  AutoscalerInactive: [...BACK, 'setHPA', 'setReference', 'setResources'],
  AutoscalerLimited: [...BACK, 'setHPA'],
  PersistentVolumeClaimPending: [...BACK, 'setReference'],
  PersistentVolumeClaimLost: [],
  VolumeResizeFailed: [],
  ServiceWithoutEndpoints: [...BACK, 'setSelector'],
  ServicePortMismatch: [...BACK, 'setPort'],
  SelectorTooBroad: BACK,
  LoadBalancerPending: BACK,
  IngressBackendNotFound: [...BACK, 'setIngress'],
  RouteNotResolved: [...BACK, 'setIngress'],
  CertificateNotReady: [...BACK, 'setReference'],
  ArgoApplicationFailed: BACK,
  FluxNotReady: BACK,
  Drift: [],
};

/** Whether a rule of this class may propose the action. */
export function mayPropose(failureClass: string, { action }: Action): boolean {
  return action === 'abstain' || (classActions as Readonly<Record<string, readonly ActionName[] | undefined>>)[failureClass]?.includes(action) === true;
}
