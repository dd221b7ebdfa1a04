import type { Clock, Duration } from '@fleetmend/kernel';
import { isAbout } from '@fleetmend/model';
import type { Requests } from '@fleetmend/ports';
import type { LiveOpenSet } from './open-set.ts';
import type { Key, Requeue } from './request.reconciler.ts';
import { createWorkQueue, type WorkQueue } from './work-queue.ts';

export interface LoopDeps {
  readonly clock: Clock;
  readonly requests: Requests;
  readonly openSet: LiveOpenSet;
  readonly workers: number;
  readonly reconcile: (key: Key, signal: AbortSignal) => Promise<Requeue>;
  readonly failed: (key: string, error: Error) => void;
  /** Every request is looked at this often even if nothing seems to have changed. */
  readonly resync: Duration;
}

/** Keeps looking: at what changed, at what a failure event is about, and now and then at everything. */
export function startReconcileLoop(deps: LoopDeps): WorkQueue {
  const keyOf = ({ namespace, name }: Key) => `${namespace}/${name}`;
  const queue = createWorkQueue({
    clock: deps.clock,
    workers: deps.workers,
    failed: deps.failed,
    work: async (text, signal) => {
      const [namespace = '', name = ''] = text.split('/');
      const again = await deps.reconcile({ namespace, name }, signal);
      const exists = deps.requests.cached().some((request) => request.metadata.name === name && request.metadata.namespace === namespace);
      return again ?? (exists ? deps.resync : undefined);
    },
  });
  const unwatch = deps.requests.watch((key) => queue.add(keyOf(key)));
  deps.openSet.onChange((cluster, fingerprint) => {
    for (const request of deps.requests.cached()) if (isAbout(request.spec, cluster, fingerprint)) queue.add(keyOf(request.metadata));
  });
  return {
    add: (key, after) => queue.add(key, after),
    stop: () => {
      unwatch();
      return queue.stop();
    },
    get depth() {
      return queue.depth;
    },
  };
}
