import type { Clock, Random } from '@fleetmend/kernel';
import type { ClusterObjects, WriteOptions } from '../../objects.ts';
import type { ImageCatalog } from '../../images/catalog.ts';
import type { EventRecorder } from './events.ts';
import type { LoopOptions } from './loop.ts';
import type { PhysicsProfile } from './profile.ts';

/** What every controller of one cluster works with. */
export interface PhysicsContext {
  readonly objects: ClusterObjects;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly profile: PhysicsProfile;
  readonly images: ImageCatalog;
  readonly events: EventRecorder;
  readonly failed: LoopOptions['failed'];
}

/** Who writes as a controller of kube-controller-manager: each has a service account of its own. */
export function controllerIdentity(controller: string): WriteOptions {
  return { manager: 'kube-controller-manager', user: `system:serviceaccount:kube-system:${controller}` };
}

export const SCHEDULER: WriteOptions = { manager: 'kube-scheduler', user: 'system:kube-scheduler' };

export function kubeletIdentity(node: string): WriteOptions {
  return { manager: 'kubelet', user: `system:node:${node}` };
}
