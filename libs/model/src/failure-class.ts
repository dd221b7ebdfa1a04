/** The parts of a workload's life in which it can fail; docs, scorecard and rules are ordered by them. */
export const CLASS_SECTIONS = ['starting', 'scheduling', 'creating', 'rollout', 'storage', 'traffic', 'platform'] as const;
export type ClassSection = (typeof CLASS_SECTIONS)[number];

interface FailureClassFacts {
  readonly section: ClassSection;
  readonly title: string;
  /** A manifest in Git can be what is wrong. False: nothing that a pull request could mend, a person hears of it. */
  readonly fixable: boolean;
}

/**
 * The failure classes that detectors report, in the words of the Kubernetes status where it has one.
 * A class is canonical: one fault has one class, however its transient reasons alternate. What is finer is a sub-cause.
 */
export const failureClasses = {
  OOMKilled: { section: 'starting', title: 'container killed for memory', fixable: true },
  CrashLoopBackOff: { section: 'starting', title: 'container starts and dies again and again', fixable: true },
  ImagePullBackOff: { section: 'starting', title: 'image cannot be pulled', fixable: true },
  CreateContainerConfigError: { section: 'starting', title: 'container refers to a ConfigMap, Secret, key or user that does not fit', fixable: true },
  CreateContainerError: { section: 'starting', title: 'runtime cannot create the container', fixable: true },
  LifecycleHookFailed: { section: 'starting', title: 'postStart or preStop hook fails', fixable: true },
  InitContainerStuck: { section: 'starting', title: 'init container runs and does not end', fixable: true },
  ProbeFailed: { section: 'starting', title: 'probe fails although the container runs', fixable: true },
  FailedMount: { section: 'starting', title: 'volume cannot be mounted', fixable: true },
  FailedCreatePodSandBox: { section: 'starting', title: 'pod sandbox cannot be created', fixable: true },
  StuckTerminating: { section: 'starting', title: 'pod does not end', fixable: false },
  Unschedulable: { section: 'scheduling', title: 'no node fits the pod', fixable: true },
  Evicted: { section: 'scheduling', title: 'pod evicted by its node', fixable: true },
  NodeNotReady: { section: 'scheduling', title: 'node does not report, or is not fit', fixable: false },
  QuotaExceeded: { section: 'creating', title: 'quota refuses new pods', fixable: true },
  LimitRangeViolated: { section: 'creating', title: 'limit range refuses new pods', fixable: true },
  PodSecurityViolated: { section: 'creating', title: 'Pod Security refuses new pods', fixable: true },
  AdmissionDenied: { section: 'creating', title: 'admission policy refuses new pods', fixable: true },
  WebhookUnavailable: { section: 'creating', title: 'admission webhook does not answer', fixable: false },
  ServiceAccountNotFound: { section: 'creating', title: 'ServiceAccount does not exist', fixable: true },
  PriorityClassNotFound: { section: 'creating', title: 'PriorityClass does not exist', fixable: true },
  FailedCreate: { section: 'creating', title: 'pods cannot be created', fixable: true },
  ProgressDeadlineExceeded: { section: 'rollout', title: 'rollout does not get on', fixable: true },
  DeploymentPaused: { section: 'rollout', title: 'rollout is paused', fixable: true },
  ScaledToZero: { section: 'rollout', title: 'no replica is wanted although traffic is', fixable: true },
  StatefulSetStuck: { section: 'rollout', title: 'StatefulSet does not finish its update', fixable: true },
  DaemonSetMisscheduled: { section: 'rollout', title: 'DaemonSet does not run where it should', fixable: true },
  JobFailed: { section: 'rollout', title: 'Job failed for good', fixable: true },
  JobStuck: { section: 'rollout', title: 'Job does not end', fixable: true },
  CronJobNotRunning: { section: 'rollout', title: 'CronJob misses its times', fixable: true },
  DisruptionBlocked: { section: 'rollout', title: 'disruption budget lets no pod go', fixable: true },
  AutoscalerInactive: { section: 'rollout', title: 'autoscaler cannot act', fixable: true },
  AutoscalerLimited: { section: 'rollout', title: 'autoscaler is at its limit', fixable: true },
  PersistentVolumeClaimPending: { section: 'storage', title: 'volume claim gets no volume', fixable: true },
  PersistentVolumeClaimLost: { section: 'storage', title: 'volume claim lost its volume', fixable: false },
  VolumeResizeFailed: { section: 'storage', title: 'volume cannot be resized', fixable: false },
  ServiceWithoutEndpoints: { section: 'traffic', title: 'Service reaches no pod', fixable: true },
  ServicePortMismatch: { section: 'traffic', title: 'Service sends traffic to a port that nobody listens on', fixable: true },
  SelectorTooBroad: { section: 'traffic', title: 'Service reaches pods of another workload', fixable: true },
  LoadBalancerPending: { section: 'traffic', title: 'load balancer gets no address', fixable: true },
  IngressBackendNotFound: { section: 'traffic', title: 'Ingress refers to what does not exist', fixable: true },
  RouteNotResolved: { section: 'traffic', title: 'Gateway route refers to what does not exist', fixable: true },
  CertificateNotReady: { section: 'platform', title: 'certificate is not issued', fixable: true },
  ArgoApplicationFailed: { section: 'platform', title: 'Argo CD cannot apply', fixable: true },
  FluxNotReady: { section: 'platform', title: 'Flux cannot apply', fixable: true },
  Drift: { section: 'platform', title: 'cluster is not what Git says', fixable: false },
} as const satisfies Readonly<Record<string, FailureClassFacts>>;

/**
 * How long the target must stay well after a failure of that class, given how long it takes otherwise. Controllers back off for minutes
 * after a refusal, so one that may come back takes as long to show.
 */
export function holdOf(failureClass: string, hold: number): number {
  const facts = (failureClasses as Readonly<Record<string, FailureClassFacts>>)[failureClass];
  return facts?.section === 'creating' ? 3 * hold : hold;
}

export type FailureClass = keyof typeof failureClasses;
export const FAILURE_CLASS_NAMES = Object.keys(failureClasses) as readonly FailureClass[];
