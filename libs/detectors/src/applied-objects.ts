import type { KubeObject, ObjectRef } from '@fleetmend/model';
import type { ResourceRead, World } from '@fleetmend/plugin-api';

const KINDS: readonly (readonly [apiVersion: string, kind: string, resource: string])[] = [
  ['apps/v1', 'Deployment', 'deployments'], ['apps/v1', 'StatefulSet', 'statefulsets'], ['apps/v1', 'DaemonSet', 'daemonsets'], ['batch/v1', 'Job', 'jobs'], ['batch/v1', 'CronJob', 'cronjobs'],
  ['v1', 'Service', 'services'], ['networking.k8s.io/v1', 'Ingress', 'ingresses'], ['autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'], ['policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'], ['v1', 'PersistentVolumeClaim', 'persistentvolumeclaims'],
];

/** The kinds of which a GitOps engine may say that it cannot apply one: of them, only whether they are there. */
export const APPLIED_READS: readonly ResourceRead[] = KINDS.map(([apiVersion, kind, resource]) => ({ apiVersion, kind, resource, fields: [] }));

/** The object as it is in the cluster, by what an engine calls it; undefined: it is not there, or of no kind that is watched. */
export function appliedObject({ kind, namespace, name }: { readonly kind: string; readonly namespace: string | undefined; readonly name: string }, world: World): ObjectRef | undefined {
  const known = KINDS.find(([, one]) => one === kind);
  const found: KubeObject | undefined = known && world.get(known[0], kind, namespace, name);
  return found && { apiVersion: found.apiVersion, kind, ...(found.metadata.namespace === undefined ? {} : { namespace: found.metadata.namespace }), name };
}
