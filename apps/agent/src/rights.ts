import { groupOf } from '@fleetmend/model';
import type { Detector } from '@fleetmend/plugin-api';

/** One rule of a ClusterRole. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** A kind that the agent may read for its answers, beyond what detectors watch. */
interface AnswerRead {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
}

const read = (apiVersion: string, kind: string, resource: string): AnswerRead => ({ apiVersion, kind, resource });

/**
 * What evidence, `object` and `health` need: workloads, what bounds them, what leads to them, and the objects of GitOps engines.
 * No Secret and no ConfigMap: a right to their names is a right to their data.
 */
export const ANSWER_READS: readonly AnswerRead[] = [
  read('v1', 'Pod', 'pods'), read('v1', 'Event', 'events'), read('v1', 'Node', 'nodes'), read('v1', 'Namespace', 'namespaces'), read('v1', 'Service', 'services'),
  read('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims'), read('v1', 'PersistentVolume', 'persistentvolumes'), read('storage.k8s.io/v1', 'StorageClass', 'storageclasses'), read('v1', 'ResourceQuota', 'resourcequotas'), read('v1', 'LimitRange', 'limitranges'),
  read('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses'), read('node.k8s.io/v1', 'RuntimeClass', 'runtimeclasses'),
  read('apps/v1', 'Deployment', 'deployments'), read('apps/v1', 'ReplicaSet', 'replicasets'), read('apps/v1', 'StatefulSet', 'statefulsets'), read('apps/v1', 'DaemonSet', 'daemonsets'),
  read('batch/v1', 'Job', 'jobs'), read('batch/v1', 'CronJob', 'cronjobs'),
  read('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices'), read('networking.k8s.io/v1', 'Ingress', 'ingresses'), read('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  read('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'), read('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  read('autoscaling.k8s.io/v1', 'VerticalPodAutoscaler', 'verticalpodautoscalers'), read('keda.sh/v1alpha1', 'ScaledObject', 'scaledobjects'),
  read('argoproj.io/v1alpha1', 'Application', 'applications'), read('argoproj.io/v1alpha1', 'ApplicationSet', 'applicationsets'), read('argoproj.io/v1alpha1', 'AppProject', 'appprojects'),
  read('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', 'kustomizations'), read('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'helmreleases'),
  read('source.toolkit.fluxcd.io/v1', 'GitRepository', 'gitrepositories'), read('source.toolkit.fluxcd.io/v1', 'OCIRepository', 'ocirepositories'),
  read('source.toolkit.fluxcd.io/v1', 'HelmRepository', 'helmrepositories'), read('source.toolkit.fluxcd.io/v1', 'HelmChart', 'helmcharts'),
];

/** What a policy bundle has for the cluster itself, read for the annotation that names the bundle. Of Gatekeeper's constraints those of our own template: a wildcard is no right of ours. */
export const POLICY_READS: readonly AnswerRead[] = [
  read('templates.gatekeeper.sh/v1', 'ConstraintTemplate', 'constrainttemplates'), read('constraints.gatekeeper.sh/v1beta1', 'FleetmendManifest', 'fleetmendmanifest'),
  read('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies'),
];

const CLUSTER_SCOPED = ['Node', 'Namespace', 'PersistentVolume', 'StorageClass', 'IngressClass', 'PriorityClass', 'RuntimeClass'];
export const isNamespaced = (kind: string): boolean => !CLUSTER_SCOPED.includes(kind);

/** The kind may be read for an `object` answer, in any version of its group. */
export function isAnswerable(apiVersion: string, kind: string, detectors: readonly Detector[]): boolean {
  return [...ANSWER_READS, ...detectors.flatMap((detector) => detector.reads)].some((entry) => groupOf(entry.apiVersion) === groupOf(apiVersion) && entry.kind === kind);
}

/**
 * The whole of an agent's rights, generated from what the enabled detectors, the closed list of questions and the report of live
 * policy need: one rule per API group, sorted, reading only.
 */
export function clusterRoleRules(detectors: readonly Detector[], { logs = true }: { readonly logs?: boolean } = {}): readonly PolicyRule[] {
  const groups = new Map<string, Set<string>>();
  for (const { apiVersion, resource } of [...ANSWER_READS, ...POLICY_READS, ...detectors.flatMap((detector) => detector.reads)]) {
    const resources = groups.get(groupOf(apiVersion)) ?? new Set<string>();
    groups.set(groupOf(apiVersion), resources.add(resource));
  }
  const rules = [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([group, resources]) => ({ apiGroups: [group], resources: [...resources].toSorted(), verbs: ['get', 'list', 'watch'] }));
  return logs ? [...rules, { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] }] : rules;
}
