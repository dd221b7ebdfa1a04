import type { KubeObject } from '@fleetmend/model';

interface View {
  readonly status?: { readonly containerStatuses?: readonly Status[]; readonly initContainerStatuses?: readonly Status[] };
}
interface Status {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: { readonly waiting?: object };
}

/**
 * The pod whose log and status say most of a failure: the one that it was seen in, else the newest in which the container fails. After a
 * repair that was not enough the former is gone, and pods of before it may run well beside the one that matters.
 */
export function tellingPod(pods: readonly KubeObject[], seen: string | undefined, container: string | undefined): KubeObject | undefined {
  const failing = pods.filter((pod) => fails(pod, container)).toSorted((a, b) => (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''));
  return pods.find(({ metadata }) => metadata.name === seen) ?? failing[0] ?? pods[0];
}

function fails(pod: KubeObject, container: string | undefined): boolean {
  const { containerStatuses = [], initContainerStatuses = [] } = (pod as View & KubeObject).status ?? {};
  return [...containerStatuses, ...initContainerStatuses].some(({ name, ready, restartCount = 0, state }) => (container === undefined || name === container) && (state?.waiting !== undefined || (restartCount > 0 && ready !== true)));
}
