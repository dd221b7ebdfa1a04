import type { PodRun } from '../kubelet/worker.ts';
import type { Pod } from '../shapes/pod.ts';

/** What containers use now, as a metrics-server would measure it. Simulated programs hold memory and hardly need a processor. */
export interface PodMetrics {
  /** A cluster has no metrics API unless somebody installs one. */
  served: boolean;
  /** Usage of each container in thousandths of the resource's unit; undefined: nothing measured yet. */
  usage(pod: Pod, resource: string): ReadonlyMap<string, bigint> | undefined;
}

const IDLE_MILLICORES = 2n;

export function createPodMetrics(runs: ReadonlyMap<string, PodRun>): PodMetrics {
  return {
    served: false,
    usage(pod, resource) {
      const running = runs.get(pod.metadata.uid ?? '')?.containers.filter(({ stage, role }) => stage === 'running' && role !== 'init') ?? [];
      if (running.length === 0 || (resource !== 'cpu' && resource !== 'memory')) return undefined;
      return new Map(running.map(({ spec, process }) => [spec.name, resource === 'cpu' ? IDLE_MILLICORES : (process?.memory ?? 0n) * 1000n]));
    },
  };
}
