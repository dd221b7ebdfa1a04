import { failureClasses, type ClassSection, type FailureClass } from '@fleetmend/model';

export interface RelatedKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const namespaced = (apiVersion: string, ...kinds: readonly string[]): readonly RelatedKind[] => kinds.map((kind) => ({ apiVersion, kind, namespaced: true }));
const wide = (apiVersion: string, ...kinds: readonly string[]): readonly RelatedKind[] => kinds.map((kind) => ({ apiVersion, kind, namespaced: false }));

/** What bears on any workload. */
const ALWAYS: readonly RelatedKind[] = [
  ...namespaced('v1', 'Pod', 'LimitRange', 'ResourceQuota', 'Service'),
  ...namespaced('apps/v1', 'ReplicaSet'),
  // Whoever sets the number or the size of the pods: those fields are theirs.
  ...namespaced('autoscaling/v2', 'HorizontalPodAutoscaler'),
  ...namespaced('autoscaling.k8s.io/v1', 'VerticalPodAutoscaler'),
  ...namespaced('keda.sh/v1alpha1', 'ScaledObject'),
  ...wide('v1', 'Node'),
];
const WORKLOADS = [...namespaced('apps/v1', 'Deployment', 'StatefulSet', 'DaemonSet'), ...namespaced('batch/v1', 'Job', 'CronJob')];
const STORAGE = [...namespaced('v1', 'PersistentVolumeClaim'), ...wide('v1', 'PersistentVolume'), ...wide('storage.k8s.io/v1', 'StorageClass')];

/** What bears on a failure, by the section of its class: read in the namespace of the target, or in the whole cluster. */
const BY_SECTION: Readonly<Record<ClassSection, readonly RelatedKind[]>> = {
  starting: [...namespaced('v1', 'PersistentVolumeClaim'), ...namespaced('batch/v1', 'Job')],
  scheduling: [...STORAGE, ...WORKLOADS],
  creating: [...namespaced('batch/v1', 'Job'), ...wide('v1', 'Namespace'), ...wide('scheduling.k8s.io/v1', 'PriorityClass'), ...wide('node.k8s.io/v1', 'RuntimeClass')],
  rollout: [...namespaced('policy/v1', 'PodDisruptionBudget'), ...WORKLOADS],
  storage: [...STORAGE, ...WORKLOADS],
  traffic: [...namespaced('discovery.k8s.io/v1', 'EndpointSlice'), ...namespaced('networking.k8s.io/v1', 'Ingress', 'NetworkPolicy'), ...wide('networking.k8s.io/v1', 'IngressClass'), ...WORKLOADS],
  platform: [...wide('v1', 'Namespace')],
};

/** The kinds that are read for a failure of this class. */
export function relatedKinds(failureClass: string): readonly RelatedKind[] {
  const facts: { readonly section: ClassSection } | undefined = failureClasses[failureClass as FailureClass];
  return [...ALWAYS, ...(facts === undefined ? [] : BY_SECTION[facts.section])];
}
