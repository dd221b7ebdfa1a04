import { minutes } from '@fleetmend/kernel';
import type { Detector } from '@fleetmend/plugin-api';
import { EVENT_READ, isLeaving, newestEvent, ownerFinding } from '../owners.ts';
import { SERVICE_READS } from '../services.ts';

interface View {
  readonly spec?: { readonly type?: string };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly unknown[] } };
}

/** A load balancer that its cloud refuses. One that merely is not there yet, or never will be where no cloud is, stays silent. */
export const loadBalancer: Detector = {
  kind: 'load-balancer',
  classes: ['LoadBalancerPending'],
  reads: [...SERVICE_READS, EVENT_READ],
  inspects: ['Service'],
  dwell: { time: minutes(2) },
  explainedBy: [],
  inspect: (object, world) => {
    const { spec, status } = object as View;
    if (object.kind !== 'Service' || isLeaving(object) || spec?.type !== 'LoadBalancer' || (status?.loadBalancer?.ingress?.length ?? 0) > 0) return [];
    const event = newestEvent(object, world, ['SyncLoadBalancerFailed', 'AllocationFailed']);
    return event ? ownerFinding(object, world, { class: 'LoadBalancerPending', reason: event.reason, message: event.message.slice(0, 300) }) : [];
  },
};
