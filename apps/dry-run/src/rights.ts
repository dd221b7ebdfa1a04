/** One rule of a ClusterRole. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** The kinds that policy lets a repair change, by API group. Nothing of admission, RBAC, ServiceAccounts, tokens or Secrets. */
const ASKED: Readonly<Record<string, readonly string[]>> = {
  '': ['configmaps', 'persistentvolumeclaims', 'services'],
  apps: ['daemonsets', 'deployments', 'statefulsets'],
  autoscaling: ['horizontalpodautoscalers'],
  batch: ['cronjobs', 'jobs'],
  'networking.k8s.io': ['ingresses', 'networkpolicies'],
  policy: ['poddisruptionbudgets'],
};

/**
 * What the process is granted. RBAC knows no dry run, so these are rights to write; the admission policy takes the writing out of them.
 * Server-side apply asks for `patch`, and for `create` where the object is not there yet.
 */
export function dryRunRules(): readonly PolicyRule[] {
  const asked = Object.entries(ASKED).map(([group, resources]) => ({ apiGroups: [group], resources, verbs: ['create', 'patch'] }));
  return [...asked, { apiGroups: [''], resources: ['pods'], verbs: ['create'] }];
}

const KINDS: Readonly<Record<string, string>> = {
  'v1/ConfigMap': 'configmaps', 'v1/PersistentVolumeClaim': 'persistentvolumeclaims', 'v1/Service': 'services',
  'apps/v1/DaemonSet': 'daemonsets', 'apps/v1/Deployment': 'deployments', 'apps/v1/StatefulSet': 'statefulsets',
  'autoscaling/v2/HorizontalPodAutoscaler': 'horizontalpodautoscalers', 'batch/v1/CronJob': 'cronjobs', 'batch/v1/Job': 'jobs',
  'networking.k8s.io/v1/Ingress': 'ingresses', 'networking.k8s.io/v1/NetworkPolicy': 'networkpolicies', 'policy/v1/PodDisruptionBudget': 'poddisruptionbudgets',
};

/** The plural of a kind that may be asked about; undefined for every other one. All of them are namespaced. */
export function resourceOf(apiVersion: string, kind: string): string | undefined {
  return KINDS[`${apiVersion}/${kind}`];
}
