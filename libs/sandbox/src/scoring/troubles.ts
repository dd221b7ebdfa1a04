import { healthOf } from '../applier/argocd/health.ts';
import type { KubeObject } from '../objects.ts';
import { isMap } from './field-path.ts';

/** Something in a cluster that is not as it should be. */
export interface Trouble {
  /** What it is about: the same thing has the same key, whatever is wrong with it. */
  readonly about: string;
  readonly what: string;
}

/** Lists the objects of a kind in every namespace; empty also where the kind is not served. */
export type ListObjects = (apiVersion: string, kind: string) => readonly KubeObject[];

/** Kinds that {@link troublesOf} looks at: whoever has to fetch them first needs to know. */
export const KINDS_WITH_TROUBLES = [
  ['apps/v1', 'Deployment'], ['apps/v1', 'StatefulSet'], ['apps/v1', 'DaemonSet'], ['batch/v1', 'Job'], ['v1', 'Pod'], ['v1', 'PersistentVolumeClaim'], ['v1', 'Service'], ['discovery.k8s.io/v1', 'EndpointSlice'], ['autoscaling/v2', 'HorizontalPodAutoscaler'],
  ['source.toolkit.fluxcd.io/v1', 'GitRepository'], ['kustomize.toolkit.fluxcd.io/v1', 'Kustomization'], ['helm.toolkit.fluxcd.io/v2', 'HelmRelease'], ['argoproj.io/v1alpha1', 'Application'],
] as const;

/** All that is wrong in one cluster, by what its objects say; not by what our own detectors think of it. */
export function troublesOf(list: ListObjects): readonly Trouble[] {
  return [
    ...(['Deployment', 'StatefulSet', 'DaemonSet'] as const).flatMap((kind) => list('apps/v1', kind)).flatMap(workloadTrouble),
    ...newestJobs(list('batch/v1', 'Job')).flatMap(workloadTrouble),
    ...list('v1', 'PersistentVolumeClaim').flatMap(workloadTrouble),
    ...list('v1', 'Pod').flatMap(podTrouble),
    ...serviceTroubles(list),
    ...list('autoscaling/v2', 'HorizontalPodAutoscaler').flatMap((hpa) => ['AbleToScale', 'ScalingActive'].flatMap((type) => falseCondition(hpa, type))),
    ...(['GitRepository', 'Kustomization', 'HelmRelease'] as const).flatMap((kind) => list(KINDS_WITH_TROUBLES.find(([, known]) => known === kind)?.[0] ?? '', kind)).flatMap((object) => falseCondition(object, 'Ready')),
    ...list('argoproj.io/v1alpha1', 'Application').flatMap(applicationTrouble),
  ];
}

function workloadTrouble(object: KubeObject): readonly Trouble[] {
  const health = healthOf(object);
  return !health || health.status === 'Healthy' || health.status === 'Suspended' ? [] : [{ about: refOf(object), what: health.message ?? health.status }];
}

/** Of a CronJob only the last one that ended counts: an earlier failure stays in the cluster, and a run that goes on is none. */
function newestJobs(jobs: readonly KubeObject[]): readonly KubeObject[] {
  const newest = new Map<string, KubeObject>();
  for (const job of jobs) {
    const owner = job.metadata.ownerReferences?.find(({ kind }) => kind === 'CronJob');
    if (owner && healthOf(job)?.status === 'Progressing') continue;
    const key = owner?.uid ?? refOf(job);
    const known = newest.get(key);
    if (!known || (known.metadata.creationTimestamp ?? '') <= (job.metadata.creationTimestamp ?? '')) newest.set(key, job);
  }
  return [...newest.values()];
}

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly state?: { readonly waiting?: { readonly reason?: string } };
}

/** A container that waits because of a failure; between two crashes its workload may look healthy. */
function podTrouble(pod: KubeObject): readonly Trouble[] {
  const status = (pod['status'] ?? {}) as { readonly phase?: string; readonly initContainerStatuses?: readonly ContainerStatus[]; readonly containerStatuses?: readonly ContainerStatus[] };
  if (pod.metadata.deletionTimestamp !== undefined || status.phase === 'Succeeded' || status.phase === 'Failed') return [];
  // Jobs retry in pods of their own: the Job says what came of it.
  if (pod.metadata.ownerReferences?.some(({ kind }) => kind === 'Job')) return [];
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].flatMap(({ name, state }) => {
    const reason = state?.waiting?.reason;
    return reason === undefined || reason === 'ContainerCreating' || reason === 'PodInitializing' ? [] : [{ about: ownerOf(pod), what: `container ${name} of ${refOf(pod)} waits: ${reason}` }];
  });
}

function ownerOf(pod: KubeObject): string {
  const owner = pod.metadata.ownerReferences?.[0];
  return owner ? `${owner.kind}/${pod.metadata.namespace ?? ''}/${owner.name}` : refOf(pod);
}

function serviceTroubles(list: ListObjects): readonly Trouble[] {
  const ready = new Set(
    list('discovery.k8s.io/v1', 'EndpointSlice')
      .filter((slice) => ((slice['endpoints'] ?? []) as readonly { readonly conditions?: { readonly ready?: boolean } }[]).some(({ conditions }) => conditions?.ready !== false))
      .map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.labels?.['kubernetes.io/service-name'] ?? ''}`),
  );
  return list('v1', 'Service').flatMap((service) => {
    const selector = ((service['spec'] ?? {}) as { readonly selector?: unknown }).selector;
    const { namespace = '', name } = service.metadata;
    return !isMap(selector) || Object.keys(selector).length === 0 || ready.has(`${namespace}/${name}`) ? [] : [{ about: refOf(service), what: 'no ready endpoints' }];
  });
}

function falseCondition(object: KubeObject, type: string): readonly Trouble[] {
  const conditions = ((object['status'] ?? {}) as { readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string }[] }).conditions ?? [];
  const found = conditions.find((condition) => condition.type === type);
  return found?.status === 'False' ? [{ about: refOf(object), what: `${type} is False: ${found.reason ?? ''} ${found.message ?? ''}`.slice(0, 300) }] : [];
}

function applicationTrouble(application: KubeObject): readonly Trouble[] {
  const status = (application['status'] ?? {}) as { readonly sync?: { readonly status?: string }; readonly health?: { readonly status?: string }; readonly operationState?: { readonly phase?: string; readonly message?: string } };
  const sync = status.sync?.status;
  const operation = status.operationState;
  // Where nothing is left to apply, Argo CD starts no new sync, and the last one goes on saying that it failed.
  if (sync === 'Synced') return [];
  if (operation?.phase === 'Failed' || operation?.phase === 'Error') return [{ about: refOf(application), what: `its sync ${operation.phase}: ${operation.message ?? ''}`.slice(0, 300) }];
  return sync === undefined ? [] : [{ about: refOf(application), what: `it is ${sync}` }];
}

function refOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}
