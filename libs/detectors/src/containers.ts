import type { KubeObject } from '@fleetmend/model';

/** `state.terminated` and `lastState.terminated` of a container status. */
export interface Termination {
  readonly reason?: string;
  readonly message?: string;
  readonly exitCode?: number;
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

/** One entry of `status.containerStatuses` or `status.initContainerStatuses`, as the kubelet writes it. */
export interface ContainerStatus {
  readonly name: string;
  readonly image?: string;
  readonly restartCount?: number;
  readonly ready?: boolean;
  /** Its startup probe has succeeded, or it has none. */
  readonly started?: boolean;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string }; readonly terminated?: Termination; readonly running?: { readonly startedAt?: string } };
  readonly lastState?: { readonly terminated?: Termination };
}

interface PodView {
  readonly spec?: { readonly nodeName?: string; readonly restartPolicy?: string; readonly containers?: readonly ImageOf[]; readonly initContainers?: readonly ImageOf[] };
  readonly status?: { readonly phase?: string; readonly containerStatuses?: readonly ContainerStatus[]; readonly initContainerStatuses?: readonly ContainerStatus[] };
}

interface ImageOf {
  readonly name: string;
  readonly image?: string;
  /** `Always` on an init container makes it a sidecar. */
  readonly restartPolicy?: string;
}

/** What every detector of containers keeps of a pod. */
export const POD_FIELDS = [
  'spec.nodeName', 'spec.restartPolicy', 'spec.containers.name', 'spec.containers.image', 'spec.initContainers.name', 'spec.initContainers.image', 'spec.initContainers.restartPolicy', 'status.phase', 'status.conditions',
  ...['containerStatuses', 'initContainerStatuses'].flatMap((list) => ['name', 'image', 'restartCount', 'ready', 'started', 'state', 'lastState'].map((field) => `status.${list}.${field}`)),
] as const;

/**
 * The container statuses that can tell of trouble: none of a pod that is being deleted, has ended, or is not restarted in place.
 *
 * A pod on its way out dies in every possible way, and means nothing by it.
 */
export function troubledContainers(object: KubeObject): readonly ContainerStatus[] {
  if (object.kind !== 'Pod' || object.metadata.deletionTimestamp !== undefined) return [];
  const { spec, status } = podView(object);
  if (spec?.restartPolicy === 'Never' || status?.phase === 'Failed' || status?.phase === 'Succeeded') return [];
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].map((container) => withSpecImage(container, spec));
}

/** The kubelet reports the image as it resolved it; the manifest has it as it was written, which is what a repair changes. */
function withSpecImage(status: ContainerStatus, spec: PodView['spec']): ContainerStatus {
  const written = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].find(({ name }) => name === status.name)?.image;
  return written === undefined ? status : { ...status, image: written };
}

export function nodeOf(pod: KubeObject): string | undefined {
  return podView(pod).spec?.nodeName;
}

/** Init containers that are meant to end: those that are no sidecars. */
export function endingInits(pod: KubeObject): readonly string[] {
  return (podView(pod).spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy !== 'Always').map(({ name }) => name);
}

/** The pod is on its node, is meant to live, and none of its containers has come to be yet. */
export function isBeingCreated(pod: KubeObject): boolean {
  if (nodeOf(pod) === undefined) return false;
  const containers = troubledContainers(pod);
  return containers.length > 0 && containers.every(({ state }) => CREATING.includes(state?.waiting?.reason ?? ''));
}

const CREATING = ['ContainerCreating', 'PodInitializing'];

/** The API server has validated the shape of a pod; an empty answer stands for what it left out. */
function podView(pod: KubeObject): PodView {
  return pod as PodView & KubeObject;
}
