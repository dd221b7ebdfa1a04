import { renderTime, seconds } from '@fleetmend/kernel';
import { controllerIdentity } from '../runtime/context.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { withCondition } from '../runtime/conditions.ts';
import { startLoop } from '../runtime/loop.ts';
import type { Pod } from '../shapes/pod.ts';

const AS = controllerIdentity('pod-garbage-collector');
/** How long a node that does not exist is waited for. */
const QUARANTINE = seconds(40);
const PERIOD = seconds(20);

/** Deletes pods that are bound to a node that does not exist: no kubelet will ever look at them. */
export function startPodGarbage({ objects, clock, signal, failed }: PhysicsContext): void {
  const missingSince = new Map<string, number>();
  const loop = startLoop({
    name: 'pod-garbage',
    clock,
    signal,
    failed,
    retry: { initial: 1_000, max: PERIOD },
    reconcile() {
      const nodes = new Set(objects.list('v1', 'Node').map(({ metadata }) => metadata.name));
      const orphans = objects.list<Pod>('v1', 'Pod').filter(({ spec }) => spec.nodeName !== undefined && !nodes.has(spec.nodeName));
      const missing = new Set(orphans.map(({ spec }) => spec.nodeName ?? ''));
      for (const name of [...missingSince.keys()]) if (!missing.has(name)) missingSince.delete(name);
      for (const name of missing) if (!missingSince.has(name)) missingSince.set(name, clock.now());
      for (const pod of orphans) if (clock.now() - (missingSince.get(pod.spec.nodeName ?? '') ?? clock.now()) >= QUARANTINE) remove(pod);
      return orphans.length > 0 ? PERIOD : undefined;
    },
  });

  function remove(pod: Pod): void {
    const condition = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists', lastTransitionTime: renderTime(clock.now()) };
    objects.updateStatus<Pod>({ ...pod, status: { ...pod.status, phase: 'Failed', conditions: withCondition(pod.status?.conditions ?? [], condition) } }, AS);
    objects.delete('v1', 'Pod', pod.metadata.namespace, pod.metadata.name, { gracePeriodSeconds: 0 });
  }

  const ends = [
    objects.watch('v1', 'Pod', ({ type, object }) => {
      const { nodeName } = (object as Pod).spec;
      if (type !== 'DELETED' && nodeName !== undefined && !objects.get('v1', 'Node', undefined, nodeName)) loop.enqueue('all', PERIOD);
    }),
    objects.watch('v1', 'Node', ({ type }) => {
      if (type === 'DELETED') loop.enqueue('all', PERIOD);
    }),
  ];
  signal.addEventListener('abort', () => ends.forEach((end) => end()), { once: true });
}
