import { listObjects, renderSelector, type KubeClient } from '@fleetmend/k8s';
import type { KubeObject } from '@fleetmend/model';
import { answerType } from './read-types.ts';

const REVISION = 'deployment.kubernetes.io/revision';
const DAEMON_GENERATION = 'deprecated.daemonset.template.generation';

interface View {
  readonly spec?: { readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> } };
  readonly status?: { readonly updateRevision?: string };
}

/** What tells a pod's template from another one of the same workload; empty when it has no such label. */
export function templateOf(pod: KubeObject): string {
  const labels = pod.metadata.labels ?? {};
  const daemon = labels['pod-template-generation'];
  return labels['pod-template-hash'] ?? (daemon === undefined ? undefined : `generation-${daemon}`) ?? labels['controller-revision-hash'] ?? '';
}

/** The template that the workload wants now, in the form of {@link templateOf}; undefined for kinds whose pods have only one. */
export async function currentTemplate(client: KubeClient, object: KubeObject): Promise<string | undefined> {
  const { spec, status } = object as View & KubeObject;
  if (object.kind === 'StatefulSet') return status?.updateRevision;
  if (object.kind === 'DaemonSet') {
    const generation = object.metadata.annotations?.[DAEMON_GENERATION];
    return generation === undefined ? undefined : `generation-${generation}`;
  }
  if (object.kind !== 'Deployment') return undefined;
  const revision = object.metadata.annotations?.[REVISION];
  const labels = spec?.selector?.matchLabels;
  if (revision === undefined || !labels) return '';
  const { items } = await listObjects(client, answerType('ReplicaSet'), { namespace: object.metadata.namespace, labelSelector: renderSelector(labels) });
  const newest = items.find(({ metadata }) => metadata.annotations?.[REVISION] === revision && metadata.ownerReferences?.some(({ uid }) => uid === object.metadata.uid));
  return newest?.metadata.labels?.['pod-template-hash'] ?? '';
}
