import type { KubeObject } from '../../objects.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { controllerOf, keyOf, parseKey } from '../runtime/keys.ts';
import { startLoop } from '../runtime/loop.ts';
import type { Loop } from '../runtime/loop.ts';

export interface WorkloadKind<T extends KubeObject> {
  /** The controller's name, as events and service accounts show it. */
  readonly name: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly reconcile: (object: T) => number | undefined;
  /** The kinds of what it makes; a change of one wakes its owner. Pods where left out. */
  readonly makes?: readonly (readonly [apiVersion: string, kind: string])[];
}

/** Reconciles every object of one kind when it changes, when something that it owns changes, and when it asked to be called again. */
export function startWorkloadLoop<T extends KubeObject>({ objects, clock, signal, profile, failed }: PhysicsContext, { name: loopName, apiVersion, kind, reconcile, makes = [['v1', 'Pod']] }: WorkloadKind<T>): Loop {
  const loop = startLoop({
    name: loopName,
    clock,
    signal,
    failed,
    retry: { initial: profile.controllerRetryInitial, max: profile.controllerRetryMax },
    reconcile(key) {
      const { namespace, name } = parseKey(key);
      const object = objects.get<T>(apiVersion, kind, namespace, name);
      return object && !object.metadata.deletionTimestamp ? reconcile(object) : undefined;
    },
  });
  const ends = [
    objects.watch(apiVersion, kind, ({ object }) => loop.enqueue(keyOf(object))),
    ...makes.map(([version, made]) =>
      objects.watch(version, made, ({ object }) => {
        const owner = controllerOf(object);
        if (owner?.kind === kind) loop.enqueue(`${object.metadata.namespace ?? ''}/${owner.name}`);
      }),
    ),
  ];
  signal.addEventListener('abort', () => ends.forEach((end) => end()), { once: true });
  return loop;
}
