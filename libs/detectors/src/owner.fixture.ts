import type { KubeObject } from '@fleetmend/model';
import { worldOf } from '@fleetmend/plugin-api/conformance';

const GROUPS: Readonly<Record<string, string>> = { Job: 'batch/v1', CronJob: 'batch/v1', HorizontalPodAutoscaler: 'autoscaling/v2', PodDisruptionBudget: 'policy/v1', Pod: 'v1', Node: 'v1', Service: 'v1', Namespace: 'v1', Ingress: 'networking.k8s.io/v1' };

export interface OwnerParts {
  readonly name?: string;
  readonly metadata?: Partial<KubeObject['metadata']>;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly owner?: KubeObject;
}

/** An object of the shop as a controller keeps it; `checkout` where no name is given. */
export function anOwner(kind: string, { name = 'checkout', metadata, spec, status, owner }: OwnerParts = {}): KubeObject {
  return {
    apiVersion: GROUPS[kind] ?? 'apps/v1', kind,
    metadata: {
      name, namespace: 'shop', uid: `uid-${kind}-${name}`, generation: 1, creationTimestamp: '2026-01-05T09:00:00Z',
      ...(owner ? { ownerReferences: [{ apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid ?? '', controller: true }] } : {}),
      ...metadata,
    },
    spec: { ...spec },
    status: { ...status },
  };
}

export const condition = (type: string, status: 'True' | 'False' | 'Unknown', reason: string, message = '') => ({ type, status, reason, message });

export interface EventParts {
  readonly at?: string;
  readonly count?: number;
}


export function anEvent(about: KubeObject, reason: string, message: string, { at = '2026-01-05T09:01:00Z', count = 1 }: EventParts = {}): KubeObject {

  const { apiVersion, kind, metadata } = about;
  return { apiVersion: 'v1', kind: 'Event', metadata: { name: `${metadata.name}.${reason}.${at}`, namespace: 'shop' }, involvedObject: { apiVersion, kind, namespace: metadata.namespace, name: metadata.name, uid: metadata.uid }, reason, message, count, lastTimestamp: at };
}

export { worldOf };
